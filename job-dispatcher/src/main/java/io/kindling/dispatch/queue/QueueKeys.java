package io.kindling.dispatch.queue;

import io.kindling.core.RedisKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The keys of a queue, all in one cluster slot. */
record QueueKeys(String queue) {
  private static final String PREFIX = "kindling:queue";

  /**
   * The keys of a queue.
   *
   * @throws IllegalArgumentException if the name may not be a queue's
   */
  QueueKeys {
    Names.checkWord("queue", queue);
  }

  /** What all keys begin with. */
  String base() {
    return RedisKeys.of(PREFIX, queue) + ":";
  }

  String inbox(String tenant) {
    return RedisKeys.of(PREFIX, queue, "in", tenant);
  }

  String wake() {
    return RedisKeys.of(PREFIX, queue, "wake");
  }

  String ready(String tenant) {
    return RedisKeys.of(PREFIX, queue, "ready", tenant);
  }

  String delayed() {
    return RedisKeys.of(PREFIX, queue, "delayed");
  }

  String leases() {
    return RedisKeys.of(PREFIX, queue, "leases");
  }

  String deadlines() {
    return RedisKeys.of(PREFIX, queue, "deadlines");
  }

  String dead() {
    return RedisKeys.of(PREFIX, queue, "dead");
  }

  String refused() {
    return RedisKeys.of(PREFIX, queue, "refused");
  }

  String record(String id) {
    return RedisKeys.of(PREFIX, queue, "cmd", id);
  }

  String idempotency(String tenant, String key) {
    return RedisKeys.of(PREFIX, queue, "idem", tenant, key);
  }

  String meta() {
    return RedisKeys.of(PREFIX, queue, "meta");
  }

  String drivers() {
    return RedisKeys.of(PREFIX, queue, "drivers");
  }

  /** Not a key: the channel of ids that have ended. */
  String done() {
    return RedisKeys.of(PREFIX, queue, "done");
  }

  /** These keys, then each tenant's ingress list and ready set. */
  List<String> withTenants(List<String> first, Collection<String> tenants) {
    var keys = new ArrayList<>(first);
    for (String tenant : tenants) {
      keys.add(inbox(tenant));
      keys.add(ready(tenant));
    }
    return keys;
  }
}
