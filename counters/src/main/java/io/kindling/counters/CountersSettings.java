package io.kindling.counters;

import io.kindling.core.ConfigKey;
import io.kindling.core.ConfigSection;
import java.time.Duration;

/** The keys of {@link CountersOptions}. */
final class CountersSettings {
  private static final String PREFIX = "spark.kindling.counters.";

  static final ConfigKey<Duration> TTL =
      ConfigKey.duration(
          PREFIX + "ttl",
          Duration.ofDays(7),
          "how long a run's keys live after the last write to the run; 0 for ever");
  static final ConfigKey<Duration> LIVE_INTERVAL =
      ConfigKey.duration(
          PREFIX + "live-interval",
          Duration.ofSeconds(2),
          "how often a running task tells how far it is, for `progress()`; 0 for never");

  static final ConfigSection SECTION = ConfigSection.of("counters", "Counters", TTL, LIVE_INTERVAL);

  private CountersSettings() {}
}
