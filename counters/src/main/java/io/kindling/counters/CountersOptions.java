package io.kindling.counters;

import io.kindling.core.ConfigSection;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;

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
    return from(Map.of());
  }

  /**
   * Options from settings such as SparkConf's: {@code spark.kindling.counters.ttl} and {@code
   * .live-interval}.
   *
   * @param pairs any settings; those that do not concern Kindling are ignored
   * @throws io.kindling.core.ConfigException if a key is unknown or a value is not allowed
   */
  public static CountersOptions from(Map<String, String> pairs) {
    ConfigSection.Values values = CountersSettings.SECTION.read(pairs);
    Duration ttl = values.get(CountersSettings.TTL);
    Duration liveInterval = values.get(CountersSettings.LIVE_INTERVAL);
    values.check();
    return new CountersOptions(ttl, liveInterval);
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
