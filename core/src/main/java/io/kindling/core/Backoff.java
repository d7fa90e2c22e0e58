package io.kindling.core;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Pauses between attempts: twice as long each time, with jitter, until the time is used up. */
final class Backoff {
  private static final long FIRST_MILLIS = 20;
  private static final long LONGEST_MILLIS = 1_000;

  private final long deadlineNanos;
  private long nextMillis = FIRST_MILLIS;

  Backoff(Duration total) {
    deadlineNanos = System.nanoTime() + total.toNanos();
  }

  /** Waits and returns true, or returns false if there is no time left or it was interrupted. */
  boolean pause() {
    long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
    if (leftMillis <= 0) {
      return false;
    }
    // From half of the step to all of it: clients that failed together do not return together.
    long millis = ThreadLocalRandom.current().nextLong(nextMillis / 2, nextMillis + 1);
    nextMillis = Math.min(2 * nextMillis, LONGEST_MILLIS);
    try {
      Thread.sleep(Math.min(millis, leftMillis));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
