package io.kindling.dispatch.queue;

import io.kindling.core.Redis;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/*
 * Ingress lists of tenants that nobody has configured, by SCAN. A call takes some steps, so that a
 * large keyspace costs little at a time; what it found counts when it has been through all keys.
 */
final class UnknownLists {
  private static final Logger LOG = LoggerFactory.getLogger(UnknownLists.class);
  private static final int STEPS = 20;
  private static final int KEYS_A_STEP = 1_000;
  private static final int MAX_NAMES = 100;

  private final Redis redis;
  private final String prefix;
  private final Collection<String> tenants;
  private final Set<String> seen = new TreeSet<>();
  private final Set<String> reported = new TreeSet<>();
  private String cursor = ScanParams.SCAN_POINTER_START;
  private volatile List<String> found = List.of();

  UnknownLists(Redis redis, QueueKeys keys, Collection<String> tenants) {
    this.redis = redis;
    prefix = keys.base() + "in:";
    this.tenants = tenants;
  }

  /** Their tenants' names, fit to be shown, as the last whole search found them; at most 100. */
  List<String> found() {
    return found;
  }

  /** Searches on. Not safe for concurrent use. */
  void search() {
    UnifiedJedis jedis = redis.jedis();
    // The names of queues hold no character that a pattern would understand otherwise.
    var params = new ScanParams().match(prefix + "*").count(KEYS_A_STEP);
    for (int step = 0; step < STEPS; step++) {
      ScanResult<String> page = jedis.scan(cursor, params, "list");
      for (String key : page.getResult()) {
        String tenant = key.substring(prefix.length());
        if (!tenants.contains(tenant) && seen.size() < MAX_NAMES) {
          seen.add(Names.shown(tenant));
        }
      }
      cursor = page.getCursor();
      if (page.isCompleteIteration()) {
        report();
        return;
      }
    }
  }

  private void report() {
    found = List.copyOf(seen);
    for (String tenant : found) {
      if (reported.size() < MAX_NAMES && reported.add(tenant)) {
        LOG.warn(
            "Commands in list '{}{}' are not taken: configured tenants are {}",
            prefix,
            tenant,
            tenants);
      }
    }
    seen.clear();
  }
}
