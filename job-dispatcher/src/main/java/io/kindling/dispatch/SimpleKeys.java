package io.kindling.dispatch;

import io.kindling.core.RedisKeys;

/** The keys of a simple queue, all in one cluster slot: docs/format/simple-v1.md. */
record SimpleKeys(String queue) {
  private static final String PREFIX = "kindling:simple";

  /**
   * The keys of a queue.
   *
   * @throws IllegalArgumentException if the name may not stand in a key
   */
  SimpleKeys {
    RedisKeys.checkName(queue);
  }

  String inbox(String tenant) {
    return RedisKeys.of(PREFIX, queue, "in", tenant);
  }

  /**
   * Where the answer of a command stands.
   *
   * @throws IllegalArgumentException if the id may not stand in a key
   */
  String result(String tenant, String id) {
    return RedisKeys.of(PREFIX, queue, "result", tenant, id);
  }
}
