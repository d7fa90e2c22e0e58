package io.kindling.dispatch;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that have names and keep no JVM alive. */
final class Threads {
  private Threads() {}

  /** Named {@code kindling-<what>-1} and so on. */
  static ThreadFactory named(String what) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, "kindling-" + what + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  static ExecutorService pool(String what, int size) {
    return Executors.newFixedThreadPool(size, named(what));
  }

  static ExecutorService pool(String what) {
    return Executors.newCachedThreadPool(named(what));
  }

  /** Takes no more work, and waits for what there is until a moment of {@code System.nanoTime}. */
  static boolean drain(ExecutorService threads, long deadlineNanos) throws InterruptedException {
    threads.shutdown();
    long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
    return threads.awaitTermination(leftNanos, TimeUnit.NANOSECONDS);
  }
}
