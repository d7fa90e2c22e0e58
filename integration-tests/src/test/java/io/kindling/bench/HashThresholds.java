package io.kindling.bench;

import io.kindling.core.testing.TestRedis;

/**
 * How large Redis lets a hash grow as one packed list before it makes a hash table of it.
 *
 * @param entries the server's {@code hash-max-listpack-entries}
 * @param value the server's {@code hash-max-listpack-value}, in bytes, for names too
 */
record HashThresholds(int entries, int value) {
  static final HashThresholds OFF = new HashThresholds(0, 64);

  /** Those of Redis itself. */
  static final HashThresholds DEFAULT = new HashThresholds(512, 64);

  /** Sets them. Hashes that are there stay as they are. */
  void set(TestRedis server) {
    set(server, "hash-max-listpack-entries", entries);
    set(server, "hash-max-listpack-value", value);
  }

  private static void set(TestRedis server, String key, int value) {
    String reply = server.ask("CONFIG", "SET", key, "" + value);
    if (!reply.equals("OK")) {
      throw new IllegalStateException("Redis answered CONFIG SET " + key + " with " + reply);
    }
  }

  /** For the name of a figure. */
  String suffix() {
    return "_" + entries + "_" + value;
  }

  @Override
  public String toString() {
    String note = equals(OFF) ? " (off)" : equals(DEFAULT) ? " (default)" : "";
    return entries + " / " + value + note;
  }
}
