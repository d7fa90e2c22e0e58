package io.kindling.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for processes, and shows their log where it was in vain. */
final class Waiting {
  /** Generous: a JVM of Spark starts in a second or two, on a loaded machine in many. */
  static final Duration LIMIT = Duration.ofMinutes(2);

  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final int SHOWN_CHARS = 8_000;

  private Waiting() {}

  static void until(
      String what, Duration limit, Callable<Boolean> condition, Supplier<String> log) {
    try {
      Awaitility.await(what).pollInterval(POLL_INTERVAL).atMost(limit).until(condition);
    } catch (ConditionTimeoutException e) {
      throw new IllegalStateException(
          "Waited %s in vain until %s; its log ends with:%n%s"
              .formatted(limit, what, endOf(log.get())),
          e);
    }
  }

  /** Waits until the driver has written the text; at most {@code grace} longer than it runs. */
  static void forOutput(
      Submission driver, String name, String text, BooleanSupplier ended, Duration grace) {
    until(
        name + " writes '" + text + "'",
        LIMIT,
        () -> driver.output().contains(text) || ended.getAsBoolean(),
        driver::log);
    Instant end = Instant.now().plus(grace);
    while (!driver.output().contains(text)) {
      if (Instant.now().isAfter(end)) {
        throw new IllegalStateException(
            "%s ended without writing '%s'; its log ends with:%n%s"
                .formatted(name, text, endOf(driver.log())));
      }
      LockSupport.parkNanos(POLL_INTERVAL.toNanos());
    }
  }

  static String endOf(String log) {
    return log.substring(Math.max(0, log.length() - SHOWN_CHARS));
  }
}
