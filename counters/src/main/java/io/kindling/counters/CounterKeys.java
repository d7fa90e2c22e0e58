package io.kindling.counters;

import io.kindling.core.RedisKeys;

/** The keys of a run, all in one cluster slot. */
record CounterKeys(String run) {
  private static final String PREFIX = "kindling:count";

  /**
   * The keys of a run.
   *
   * @throws IllegalArgumentException if the name may not stand in a key
   */
  CounterKeys {
    RedisKeys.checkName(run);
  }

  String total() {
    return RedisKeys.of(PREFIX, run, "total");
  }

  String meta() {
    return RedisKeys.of(PREFIX, run, "meta");
  }

  String live() {
    return RedisKeys.of(PREFIX, run, "live");
  }

  String approximate() {
    return RedisKeys.of(PREFIX, run, "approximate");
  }

  String generation(Generation generation) {
    return RedisKeys.of(PREFIX, run, "gen") + ":" + generation;
  }

  String ledger(Generation generation, String pass) {
    return RedisKeys.of(PREFIX, run, "part") + ":" + generation + ":" + pass;
  }

  String stage(Generation generation, String pass, int partition, long stageId) {
    return RedisKeys.of(PREFIX, run, "stage")
        + String.format(":%s:%s:%d:%016x", generation, pass, partition, stageId);
  }
}
