package io.kindling.dispatch.queue;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisReplyException;
import io.kindling.core.RedisUnavailableException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Repeats what failed because Redis was unreachable, out of memory or disk, or a replica, with
 * pauses that double up to a second and jitter, so that clients which lost it together do not
 * return together. Ends at once when it is closed. Safe for concurrent use.
 */
public final class Patience {
  private static final long FIRST_MILLIS = 20;
  private static final long LONGEST_MILLIS = 1_000;

  /** Redis cannot write its files, and so takes no writes. */
  private static final String DISK_FULL = "MISCONF";

  private final CountDownLatch closed = new CountDownLatch(1);

  /** Starts open. */
  public Patience() {}

  /** Ends all waiting. */
  public void close() {
    closed.countDown();
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed.getCount() == 0;
  }

  /**
   * Runs something that may run twice.
   *
   * @param longest how long to repeat
   * @throws KindlingException the last failure, if that was not long enough, or if it is another
   */
  public <T> T repeat(Duration longest, Supplier<T> action) {
    long deadlineNanos = System.nanoTime() + longest.toNanos();
    for (int failures = 1; ; failures++) {
      try {
        return action.get();
      } catch (KindlingException e) {
        long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (!mayPass(e) || leftMillis <= 0 || !pause(failures, leftMillis)) {
          throw e;
        }
      }
    }
  }

  /** Whether a failure may be over without anybody changing this program or its configuration. */
  static boolean mayPass(KindlingException e) {
    return e instanceof RedisUnavailableException
        || e instanceof RedisReplyException.OutOfMemory
        || e instanceof RedisReplyException.ReadOnly
        || (e instanceof RedisReplyException reply && reply.prefix().equals(DISK_FULL));
  }

  /**
   * Waits after a failure.
   *
   * @param failures how many there were one after the other
   * @return false if it was closed or interrupted
   */
  public boolean pause(int failures, long longestMillis) {
    long step = Math.min(FIRST_MILLIS << Math.min(failures, 10), LONGEST_MILLIS);
    long millis = ThreadLocalRandom.current().nextLong(step / 2, step + 1);
    return sleep(Math.min(millis, longestMillis));
  }

  /** Waits; returns false if it was closed or interrupted. */
  public boolean sleep(long millis) {
    try {
      return !closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
