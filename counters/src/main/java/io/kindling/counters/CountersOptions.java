package io.kindling.counters;

import java.io.Serializable;
import java.time.Duration;

/**
 * What can be chosen about a run. All who work on a run should choose the same.
 *
 * @param ttl how long the run's keys live after the last write to the run; zero for ever
 * @param liveInterval how often a task tells how far it is, for {@link Counters#progress}; zero for
 *     never
 */
public record CountersOptions(Duration ttl, Duration liveInterval) implements Serializable {
  private static final long serialVersionUID = 1;

  public CountersOptions {
    check("ttl", ttl);
    check("live interval", liveInterval);
  }

  /** Seven days; two seconds. */
  public static CountersOptions defaults() {
    return new CountersOptions(Duration.ofDays(7), Duration.ofSeconds(2));
  }

  /** These options with another time to live. */
  public CountersOptions withTtl(Duration newTtl) {
    return new CountersOptions(newTtl, liveInterval);
  }

  /** These options with another interval of live progress. */
  public CountersOptions withLiveInterval(Duration newLiveInterval) {
    return new CountersOptions(ttl, newLiveInterval);
  }

  private static void check(String name, Duration value) {
    if (value.isNegative() || (!value.isZero() && value.toMillis() == 0)) {
      throw new IllegalArgumentException(
          "Cannot count with a " + name + " of " + value + ": allowed are 0 and 1 ms and above");
    }
  }
}
