package io.kindling.dispatch.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a driver works on a queue. All drivers of a queue should choose the same, but for their
 * names.
 *
 * @param queue its name
 * @param tenants their weights, in order; the list of the first is the one whose pushes are seen at
 *     once without a wake-up
 * @param driverName what people call this driver
 * @param commands what is known; empty to admit any
 * @param lease how long a command stays with a driver that does not renew
 * @param reapInterval how often expired leases and deadlines are looked for
 * @param maxRecoveries of a command before it is laid aside as dead
 * @param maxAttempts how often it is put back to be tried later before it is dead
 * @param firstRetry how long it waits the first time; twice as long each time
 * @param longestRetry how long at most
 * @param defaultTimeout to the deadline of a command that names none
 * @param resultTtl how long a record lives that has ended
 * @param deadTtl how long one that is dead
 * @param maxReady of a tenant; what is more stays in its ingress list
 * @param maxPayloadBytes of a command
 * @param maxResultBytes of a result
 * @param patience how long to repeat a change while Redis is unreachable
 */
public record QueueOptions(
    String queue,
    Map<String, Double> tenants,
    String driverName,
    List<CommandShape> commands,
    Duration lease,
    Duration reapInterval,
    int maxRecoveries,
    int maxAttempts,
    Duration firstRetry,
    Duration longestRetry,
    Duration defaultTimeout,
    Duration resultTtl,
    Duration deadTtl,
    int maxReady,
    int maxPayloadBytes,
    int maxResultBytes,
    Duration patience) {

  static final int MAX_TENANTS = 64;
  static final int MAX_PROGRESS_BYTES = 4_096;
  static final int MAX_ERROR_CHARACTERS = 2_000;
  static final int MAX_KEPT_ASIDE = 1_000;

  /** Keys outlive what waits in them, by a day. */
  static final Duration KEY_TTL = PayloadReader.LONGEST_TIMEOUT.plusDays(1);

  public QueueOptions {
    tenants = Collections.unmodifiableMap(new LinkedHashMap<>(tenants));
    commands = List.copyOf(commands);
    Names.checkWord("queue", queue);
    tenants.keySet().forEach(tenant -> Names.checkWord("tenant", tenant));
    driverName = Names.line(driverName, 128);
    check(
        !tenants.isEmpty() && tenants.size() <= MAX_TENANTS,
        queue,
        tenants.size() + " tenants: allowed are 1 to " + MAX_TENANTS);
    tenants.forEach(
        (tenant, weight) ->
            check(
                weight >= 0.001 && weight <= 1_000,
                queue,
                "weight " + weight + " of tenant '" + tenant + "': allowed is 0.001 to 1000"));
    checkDuration(queue, "lease", lease, Duration.ofMillis(100), Duration.ofHours(1));
    checkDuration(queue, "reap interval", reapInterval, Duration.ofMillis(10), Duration.ofHours(1));
    checkNumber(queue, "recoveries", maxRecoveries, 0, 1_000);
    checkNumber(queue, "attempts", maxAttempts, 0, 1_000);
    checkDuration(queue, "first retry", firstRetry, Duration.ofMillis(1), Duration.ofHours(1));
    checkDuration(queue, "longest retry", longestRetry, firstRetry, Duration.ofDays(1));
    Duration longest = PayloadReader.LONGEST_TIMEOUT;
    checkDuration(queue, "default timeout", defaultTimeout, Duration.ofMillis(1), longest);
    checkDuration(queue, "result TTL", resultTtl, Duration.ofMillis(1), longest);
    checkDuration(queue, "dead TTL", deadTtl, Duration.ofMillis(1), longest);
    checkNumber(queue, "ready commands", maxReady, 1, 1_000_000);
    checkNumber(queue, "payload bytes", maxPayloadBytes, 1_024, 1 << 20);
    checkNumber(queue, "result bytes", maxResultBytes, 1_024, 16 << 20);
    checkDuration(queue, "patience", patience, Duration.ZERO, Duration.ofDays(1));
  }

  private static void checkDuration(
      String queue, String what, Duration value, Duration least, Duration most) {
    check(
        value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
        queue,
        what + " " + value + ": allowed is " + least + " to " + most);
  }

  private static void checkNumber(String queue, String what, int value, int least, int most) {
    check(
        value >= least && value <= most,
        queue,
        value + " " + what + ": allowed are " + least + " to " + most);
  }

  private static void check(boolean holds, String queue, String problem) {
    if (!holds) {
      throw new IllegalArgumentException("Cannot work on queue '" + queue + "' with " + problem);
    }
  }

  /** How often leases are renewed: often enough that a cancelled command is noticed in a second. */
  Duration renewInterval() {
    Duration third = lease.dividedBy(3);
    return third.compareTo(Duration.ofSeconds(1)) < 0 ? third : Duration.ofSeconds(1);
  }

  /**
   * Options to be chosen.
   *
   * @throws IllegalArgumentException if the name is not 1 to 64 of {@code A-Z a-z 0-9 _ . -}
   */
  public static Builder builder(String queue) {
    return new Builder(Names.checkWord("queue", queue));
  }

  /** Chooses options. Not safe for concurrent use. */
  public static final class Builder {
    private final String queue;
    private final Map<String, Double> tenants = new LinkedHashMap<>();
    private final List<CommandShape> commands = new ArrayList<>();
    private String driverName = "driver";
    private Duration lease = Duration.ofSeconds(30);
    private Duration reapInterval = Duration.ofSeconds(5);
    private int maxRecoveries = 3;
    private int maxAttempts = 5;
    private Duration firstRetry = Duration.ofSeconds(1);
    private Duration longestRetry = Duration.ofMinutes(1);
    private Duration defaultTimeout = Duration.ofHours(1);
    private Duration resultTtl = Duration.ofHours(1);
    private Duration deadTtl = Duration.ofDays(7);
    private int maxReady = 10_000;
    private int maxPayloadBytes = 1 << 20;
    private int maxResultBytes = 1 << 20;
    private Duration patience = Duration.ofMinutes(5);

    private Builder(String queue) {
      this.queue = queue;
    }

    /** Adds a tenant; without any there is one, {@code default}. */
    public Builder tenant(String name, double weight) {
      tenants.put(Names.checkWord("tenant", name), weight);
      return this;
    }

    /** What people call this driver. */
    public Builder driverName(String newDriverName) {
      driverName = newDriverName;
      return this;
    }

    /** Declares commands: others, and these with wrong parameters, are refused at admission. */
    public Builder commands(Collection<CommandShape> known) {
      commands.addAll(known);
      return this;
    }

    /** How long a command stays with a driver that does not renew; 30 s. */
    public Builder lease(Duration newLease) {
      lease = newLease;
      return this;
    }

    /** How often expired leases and deadlines are looked for; 5 s. */
    public Builder reapInterval(Duration newReapInterval) {
      reapInterval = newReapInterval;
      return this;
    }

    /** Recoveries before a command is dead; 3. */
    public Builder maxRecoveries(int newMaxRecoveries) {
      maxRecoveries = newMaxRecoveries;
      return this;
    }

    /**
     * How often a command is tried again after failures of infrastructure, and the pauses, which
     * double from the first to the longest; 5, 1 s, 1 min.
     */
    public Builder retries(int newMaxAttempts, Duration first, Duration longest) {
      maxAttempts = newMaxAttempts;
      firstRetry = first;
      longestRetry = longest;
      return this;
    }

    /** To the deadline of a command that names none; 1 h. */
    public Builder defaultTimeout(Duration newDefaultTimeout) {
      defaultTimeout = newDefaultTimeout;
      return this;
    }

    /** How long a record lives that has ended; 1 h. */
    public Builder resultTtl(Duration newResultTtl) {
      resultTtl = newResultTtl;
      return this;
    }

    /** How long the record of a dead command lives; 7 days. */
    public Builder deadTtl(Duration newDeadTtl) {
      deadTtl = newDeadTtl;
      return this;
    }

    /** Ready commands of a tenant; what is more waits in its ingress list; 10,000. */
    public Builder maxReady(int newMaxReady) {
      maxReady = newMaxReady;
      return this;
    }

    /** Bytes of a payload; 1 MiB, which is the most. */
    public Builder maxPayloadBytes(int newMaxPayloadBytes) {
      maxPayloadBytes = newMaxPayloadBytes;
      return this;
    }

    /** Bytes of a result; 1 MiB. */
    public Builder maxResultBytes(int newMaxResultBytes) {
      maxResultBytes = newMaxResultBytes;
      return this;
    }

    /** How long to repeat a change while Redis is unreachable; 5 min. */
    public Builder patience(Duration newPatience) {
      patience = newPatience;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if a value is not allowed
     */
    public QueueOptions build() {
      return new QueueOptions(
          queue,
          tenants.isEmpty() ? Map.of("default", 1.0) : tenants,
          driverName,
          commands,
          lease,
          reapInterval,
          maxRecoveries,
          maxAttempts,
          firstRetry,
          longestRetry,
          defaultTimeout,
          resultTtl,
          deadTtl,
          maxReady,
          maxPayloadBytes,
          maxResultBytes,
          patience);
    }
  }
}
