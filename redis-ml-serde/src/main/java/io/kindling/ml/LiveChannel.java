package io.kindling.ml;

import io.kindling.core.Redis;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.JedisPubSub;

/**
 * Hears that a model's live version has moved, on a connection and a thread of its own. A hint:
 * what is published while the connection is broken, or may not be subscribed to, is not heard.
 */
final class LiveChannel implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LiveModel.class);

  /** Between signs of life on a quiet channel. */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(10);

  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private final Redis connection;
  private final String channel;
  private final Runnable heard;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable JedisPubSub subscription;
  private volatile long nextPingNanos = System.nanoTime();

  /** Without the right to, a quiet subscription ends by its socket's timeout, and is begun anew. */
  private volatile boolean mayPing = true;

  /**
   * Begins to listen.
   *
   * @param heard is run for each message, and when a subscription has begun, before which there may
   *     have been some
   */
  LiveChannel(Redis redis, String channel, Runnable heard) {
    this.connection = redis.blocking(PING_INTERVAL.multipliedBy(2));
    this.channel = channel;
    this.heard = heard;
    this.thread = new Thread(this::listen, "kindling-live-channel " + channel);
    thread.setDaemon(true);
    thread.start();
  }

  /** Shows a dead peer, if it is time to: nothing comes on a quiet channel, either. */
  void ping() {
    JedisPubSub current = subscription;
    if (current == null || !mayPing || System.nanoTime() - nextPingNanos < 0) {
      return;
    }
    nextPingNanos = System.nanoTime() + PING_INTERVAL.toNanos();
    try {
      current.ping();
    } catch (RuntimeException e) {
      LOG.debug("Cannot ping on channel '{}'", channel, e); // The listening thread notices, too.
    }
  }

  private void listen() {
    long pauseMillis = FIRST_PAUSE_MILLIS;
    boolean told = false;
    while (closing.getCount() > 0) {
      Listener listener = new Listener();
      try {
        connection.jedis().subscribe(listener, channel);
      } catch (RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        if (mayPing && message.startsWith("NOPERM") && message.contains("'ping'")) {
          mayPing = false;
          LOG.info("Not showing signs of life on channel '{}': {}", channel, message);
        } else if (!told && closing.getCount() > 0) {
          told = true;
          LOG.info("Not listening to channel '{}' now, looking instead: {}", channel, message);
        }
      } finally {
        subscription = null;
      }
      if (listener.began) {
        pauseMillis = FIRST_PAUSE_MILLIS;
        told = false;
      }
      try {
        if (closing.await(pauseMillis, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    }
  }

  private final class Listener extends JedisPubSub {

    private volatile boolean began;

    @Override
    public void onSubscribe(String name, int count) {
      began = true;
      nextPingNanos = System.nanoTime(); // At once, to learn whether it is allowed.
      subscription = this;
      if (closing.getCount() == 0) {
        unsubscribe(); // close came too early to do so
      }
      heard.run();
    }

    @Override
    public void onMessage(String name, String version) {
      heard.run();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    JedisPubSub current = subscription;
    try {
      if (current != null) {
        current.unsubscribe();
      }
    } catch (RuntimeException e) {
      LOG.debug("Cannot unsubscribe from channel '{}'", channel, e);
    }
    thread.interrupt();
    connection.close();
    LiveModel.awaitEnd(thread);
  }
}
