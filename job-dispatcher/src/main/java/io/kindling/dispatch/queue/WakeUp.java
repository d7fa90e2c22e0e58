package io.kindling.dispatch.queue;

import io.kindling.core.Redis;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.args.ListDirection;

/*
 * Wakes a waiting driver when something is pushed. Two threads block, each on a connection of its
 * own with a finite socket timeout: one on the first tenant's ingress list with BLMOVE from its head
 * to its head, which removes nothing, serves every driver that waits and keeps order; one on the
 * wake list with BLPOP. They block only while a driver waits, else a list that is not emptied would
 * keep them spinning.
 *
 * Whoever waits looks at the lists itself now and then: a bare RPUSH to another tenant's list wakes
 * nobody.
 */
final class WakeUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WakeUp.class);
  private static final Duration BLOCK = Duration.ofSeconds(1);

  private final Semaphore signals = new Semaphore(0);
  private final Patience patience = new Patience();
  private final Watcher pushes;
  private final Watcher wakes;

  WakeUp(Redis redis, QueueKeys keys, String firstTenant) {
    String inbox = keys.inbox(firstTenant);
    double seconds = BLOCK.toSeconds();
    pushes =
        new Watcher(
            redis,
            "kindling-pushes-" + keys.queue(),
            jedis ->
                jedis.blmove(inbox, inbox, ListDirection.LEFT, ListDirection.LEFT, seconds)
                    != null);
    wakes =
        new Watcher(
            redis,
            "kindling-wakes-" + keys.queue(),
            jedis -> jedis.blpop(seconds, keys.wake()) != null);
  }

  void start() {
    pushes.start();
    wakes.start();
  }

  /** Waits until something was pushed, at most so long; returns whether it was. */
  boolean await(long millis) {
    pushes.arm();
    wakes.arm();
    return awaitSignal(millis);
  }

  /** Waits so long, whatever is pushed, but not beyond {@link #signal}. */
  void pause(long millis) {
    awaitSignal(millis);
  }

  private boolean awaitSignal(long millis) {
    try {
      boolean woken = signals.tryAcquire(millis, TimeUnit.MILLISECONDS);
      signals.drainPermits();
      return woken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Wakes who waits, or who will wait next. */
  void signal() {
    signals.release();
  }

  @Override
  public void close() {
    patience.close();
    pushes.close();
    wakes.close();
  }

  /** A blocking command; returns whether it brought anything. */
  private interface Look {
    boolean found(UnifiedJedis jedis);
  }

  private final class Watcher implements AutoCloseable {
    private final Redis connection;
    private final Look look;
    private final Thread thread;
    private final Semaphore armed = new Semaphore(0);

    Watcher(Redis redis, String name, Look look) {
      connection = redis.blocking(BLOCK);
      this.look = look;
      thread = new Thread(this::watch, name);
      thread.setDaemon(true);
    }

    void start() {
      thread.start();
    }

    void arm() {
      if (armed.availablePermits() == 0) {
        armed.release();
      }
    }

    private void watch() {
      int failures = 0;
      try {
        while (!patience.isClosed()) {
          armed.acquire();
          armed.drainPermits();
          try {
            if (!patience.isClosed() && look.found(connection.jedis())) {
              signals.release();
            }
            failures = 0;
          } catch (RuntimeException e) {
            if (failures++ == 0 && !patience.isClosed()) {
              LOG.warn("Cannot wait for pushes to {}, trying on", connection, e);
            }
            patience.pause(failures, Long.MAX_VALUE);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      armed.release();
      Threads.join(thread);
      connection.close();
    }
  }
}
