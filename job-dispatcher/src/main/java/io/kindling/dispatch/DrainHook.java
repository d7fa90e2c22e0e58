package io.kindling.dispatch;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/*
 * Spark stops its context in a hook of Hadoop's ShutdownHookManager (Spark 3.5 to 4.1: SparkShutdownHookManager.install, at
 * FileSystem.SHUTDOWN_HOOK_PRIORITY + 30). That manager is one hook of the JVM and runs its own one after the other, by
 * priority and each for a limited time. A hook of Runtime's would run beside it, on a context that is just going away.
 */

/** Has a driver drained when the JVM is told to end, as by SIGTERM, before Spark stops. */
final class DrainHook {
  /** Above Spark's, which is 40. */
  private static final int BEFORE_SPARK = 100;

  private final Runnable drain;

  /**
   * Registers.
   *
   * @param longest after which Hadoop interrupts it
   */
  DrainHook(Runnable drain, Duration longest) {
    this.drain = drain;
    ShutdownHookManager.get()
        .addShutdownHook(drain, BEFORE_SPARK, longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  void remove() {
    if (ShutdownHookManager.get().isShutdownInProgress()) {
      return;
    }
    try {
      ShutdownHookManager.get().removeShutdownHook(drain);
    } catch (IllegalStateException e) {
      // The JVM has begun to end since, and the hook finds nothing to do.
    }
  }
}
