package io.kindling.dispatch;

import io.kindling.core.ConfigKey;
import io.kindling.core.ConfigSection;
import io.kindling.dispatch.queue.QueueOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The keys of {@link Dispatcher} and {@link SimpleDispatcher}, and their values. */
final class DispatchSettings {
  private static final String PREFIX = "spark.kindling.dispatch.";

  /** Counters of a batch travel in one commit a partition up to this number. */
  private static final int LARGEST_BATCH = 1_000;

  static final ConfigKey<Integer> BATCH_SIZE =
      ConfigKey.number(
          PREFIX + "batch-size", 1, LARGEST_BATCH, LARGEST_BATCH, "counts of one scan at most");
  static final ConfigKey<Integer> HANDLER_THREADS =
      ConfigKey.number(
          PREFIX + "handler-threads",
          1,
          64,
          2,
          "commands of a tenant, other than counts, that run at once");
  static final ConfigKey<Integer> CACHED_RESULTS =
      ConfigKey.number(
          PREFIX + "cached-results",
          0,
          Integer.MAX_VALUE,
          10_000,
          "counts that are remembered; 0 for none");
  static final ConfigKey<Integer> MEMORY_MIB =
      ConfigKey.number(
          PREFIX + "memory-mib",
          0,
          Integer.MAX_VALUE,
          0,
          "what the columns of a dataset may take of all executors' memory, in MiB; 0 for no"
              + " bound");
  static final ConfigKey<Duration> DRAIN =
      ConfigKey.duration(
          PREFIX + "drain",
          Duration.ofSeconds(30),
          "how long commands may go on when the driver is told to end");
  static final ConfigKey<Integer> SIMPLE_THREADS =
      ConfigKey.number(
          PREFIX + "simple-threads", 1, 1_024, 8, "commands that SIMPLE mode answers at once");
  static final ConfigKey<String> DRIVER_NAME =
      ConfigKey.text(PREFIX + "driver-name", "driver", "what people call this driver");
  static final ConfigKey<Duration> LEASE =
      ConfigKey.duration(
          PREFIX + "lease",
          Duration.ofSeconds(30),
          "how long a command stays with a driver that is not heard of");
  static final ConfigKey<Duration> REAP_INTERVAL =
      ConfigKey.duration(
          PREFIX + "reap-interval",
          Duration.ofSeconds(5),
          "how often expired leases and deadlines are looked for");
  static final ConfigKey<Integer> MAX_RECOVERIES =
      ConfigKey.number(
          PREFIX + "max-recoveries",
          0,
          1_000,
          3,
          "how often a command's driver may die before the command is dead");
  static final ConfigKey<Integer> MAX_ATTEMPTS =
      ConfigKey.number(
          PREFIX + "max-attempts",
          0,
          1_000,
          5,
          "how often a command is tried again after failures of infrastructure before it is dead");
  static final ConfigKey<Duration> FIRST_RETRY =
      ConfigKey.duration(
          PREFIX + "first-retry",
          Duration.ofSeconds(1),
          "pause before the first of these; each is twice as long as the one before");
  static final ConfigKey<Duration> LONGEST_RETRY =
      ConfigKey.duration(PREFIX + "longest-retry", Duration.ofMinutes(1), "the longest pause");
  static final ConfigKey<Duration> DEFAULT_TIMEOUT =
      ConfigKey.duration(
          PREFIX + "default-timeout",
          Duration.ofHours(1),
          "from admission to the deadline of a command that names none");
  static final ConfigKey<Duration> RESULT_TTL =
      ConfigKey.duration(
          PREFIX + "result-ttl", Duration.ofHours(1), "how long a result or error can be read");
  static final ConfigKey<Duration> DEAD_TTL =
      ConfigKey.duration(
          PREFIX + "dead-ttl", Duration.ofDays(7), "how long a dead command can be revived");
  static final ConfigKey<Integer> MAX_READY =
      ConfigKey.number(
          PREFIX + "max-ready",
          1,
          1_000_000,
          10_000,
          "ready commands of a tenant; what is more stays in its list");
  static final ConfigKey<Integer> MAX_PAYLOAD_BYTES =
      ConfigKey.number(PREFIX + "max-payload-bytes", 1_024, 1 << 20, 1 << 20, "size of a command");
  static final ConfigKey<Integer> MAX_RESULT_BYTES =
      ConfigKey.number(PREFIX + "max-result-bytes", 1_024, 16 << 20, 1 << 20, "size of a result");
  static final ConfigKey<Duration> PATIENCE =
      ConfigKey.duration(
          PREFIX + "patience",
          Duration.ofMinutes(5),
          "how long a result is kept to be written while Redis is unreachable");

  private static final List<ConfigKey<?>> KEYS =
      List.of(
          BATCH_SIZE,
          HANDLER_THREADS,
          CACHED_RESULTS,
          MEMORY_MIB,
          DRAIN,
          SIMPLE_THREADS,
          DRIVER_NAME,
          LEASE,
          REAP_INTERVAL,
          MAX_RECOVERIES,
          MAX_ATTEMPTS,
          FIRST_RETRY,
          LONGEST_RETRY,
          DEFAULT_TIMEOUT,
          RESULT_TTL,
          DEAD_TTL,
          MAX_READY,
          MAX_PAYLOAD_BYTES,
          MAX_RESULT_BYTES,
          PATIENCE);

  static final ConfigSection SECTION =
      ConfigSection.of("dispatch", "Dispatcher", KEYS.toArray(ConfigKey<?>[]::new));

  private final ConfigSection.Values values;

  private DispatchSettings(ConfigSection.Values values) {
    this.values = values;
  }

  /**
   * Reads settings.
   *
   * @param pairs any; what does not concern Kindling is ignored
   * @throws io.kindling.core.ConfigException with all problems, among them unknown keys
   */
  static DispatchSettings from(Map<String, String> pairs) {
    ConfigSection.Values values = SECTION.read(pairs);
    KEYS.forEach(values::get);
    values.check();
    return new DispatchSettings(values);
  }

  <T> T get(ConfigKey<T> key) {
    return values.get(key);
  }

  /** No bound is the largest number. */
  long memoryBytes() {
    int mebibytes = get(MEMORY_MIB);
    return mebibytes == 0 ? Long.MAX_VALUE : (long) mebibytes << 20;
  }

  /** Options of a queue, without tenants and commands. */
  QueueOptions.Builder queue(String name) {
    return QueueOptions.builder(name)
        .driverName(get(DRIVER_NAME))
        .lease(get(LEASE))
        .reapInterval(get(REAP_INTERVAL))
        .maxRecoveries(get(MAX_RECOVERIES))
        .retries(get(MAX_ATTEMPTS), get(FIRST_RETRY), get(LONGEST_RETRY))
        .defaultTimeout(get(DEFAULT_TIMEOUT))
        .resultTtl(get(RESULT_TTL))
        .deadTtl(get(DEAD_TTL))
        .maxReady(get(MAX_READY))
        .maxPayloadBytes(get(MAX_PAYLOAD_BYTES))
        .maxResultBytes(get(MAX_RESULT_BYTES))
        .patience(get(PATIENCE));
  }
}
