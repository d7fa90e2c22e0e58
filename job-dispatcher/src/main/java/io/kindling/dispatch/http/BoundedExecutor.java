package io.kindling.dispatch.http;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * The JDK's server reads a request's line, headers and body, and writes its answer, on the thread
 * that the executor gives it, by blocking calls of a SocketChannel. Those are interruptible: an
 * interrupt closes the channel. So one timer a request bounds all of it, whichever part the client
 * is slow with, and needs none of the JVM-wide settings sun.net.httpserver.*. What finds neither a
 * thread nor room to wait is rejected, upon which the server closes the connection.
 */

/** Threads for requests: bounded in number, and each request in time. */
final class BoundedExecutor implements Executor, AutoCloseable {
  private final ThreadPoolExecutor threads;
  private final ScheduledThreadPoolExecutor timer;
  private final long limitNanos;

  BoundedExecutor(int maxThreads, Duration limit) {
    limitNanos = limit.toNanos();
    threads =
        new ThreadPoolExecutor(
            maxThreads,
            maxThreads,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(4 * maxThreads),
            named("kindling-http"));
    threads.allowCoreThreadTimeOut(true);
    timer = new ScheduledThreadPoolExecutor(1, named("kindling-http-timer"));
    timer.setRemoveOnCancelPolicy(true);
  }

  private static ThreadFactory named(String name) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void execute(Runnable work) {
    threads.execute(new Timed(work));
  }

  /** Work whose thread is interrupted when its time is over, and never after its end. */
  private final class Timed implements Runnable {
    private final Runnable work;
    private @Nullable Thread thread;

    private Timed(Runnable work) {
      this.work = work;
    }

    @Override
    public void run() {
      begin(Thread.currentThread());
      ScheduledFuture<?> end = timer.schedule(this::interrupt, limitNanos, TimeUnit.NANOSECONDS);
      try {
        work.run();
      } finally {
        end.cancel(false);
        begin(null);
        Thread.interrupted(); // What came too late is not the next one's.
      }
    }

    private synchronized void begin(@Nullable Thread newThread) {
      thread = newThread;
    }

    private synchronized void interrupt() {
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    timer.shutdownNow();
  }
}
