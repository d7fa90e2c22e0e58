package io.kindling.dispatch;

import io.kindling.core.Redis;
import io.kindling.dispatch.queue.Patience;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.JedisPubSub;

/*
 * Hears which commands have just ended, on a connection and a thread of its own. A hint: what is
 * published while the connection is broken, or may not be subscribed to, is not heard, so whoever
 * listens looks now and then.
 */
final class DoneListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DoneListener.class);

  /** Between signs of life, by {@link #ping}. */
  static final Duration PING_INTERVAL = Duration.ofSeconds(10);

  private final Redis connection;
  private final String channel;
  private final Patience patience = new Patience();
  private final Thread thread;
  private final JedisPubSub subscription;
  private volatile boolean listening;

  /** Without the right to, a quiet subscription ends by its socket's timeout, and is begun anew. */
  private volatile boolean mayPing = true;

  DoneListener(Redis redis, String channel, Consumer<String> ended) {
    connection = redis.blocking(PING_INTERVAL.multipliedBy(2));
    this.channel = channel;
    subscription =
        new JedisPubSub() {
          @Override
          public void onSubscribe(String name, int count) {
            listening = true;
          }

          @Override
          public void onMessage(String name, String id) {
            ended.accept(id);
          }
        };
    thread = new Thread(this::listen, "kindling-done");
    thread.setDaemon(true);
    thread.start();
  }

  /** Whether messages come in. */
  boolean isListening() {
    return listening;
  }

  /** Shows a dead peer: nothing comes on a quiet channel, either. */
  void ping() {
    if (listening && mayPing) {
      try {
        subscription.ping();
      } catch (RuntimeException e) {
        LOG.debug("Cannot ping on channel '{}'", channel, e); // The listening thread notices, too.
      }
    }
  }

  private void listen() {
    int failures = 0;
    while (!patience.isClosed()) {
      try {
        connection.jedis().subscribe(subscription, channel);
        failures = 0;
      } catch (RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        if (mayPing && message.startsWith("NOPERM") && message.contains("'ping'")) {
          mayPing = false;
          LOG.info("Not showing signs of life on channel '{}': {}", channel, message);
        } else if (failures++ == 0 && !patience.isClosed()) {
          LOG.info("Not listening to channel '{}' now, looking instead: {}", channel, message);
        }
      } finally {
        listening = false;
      }
      patience.pause(failures, Long.MAX_VALUE);
    }
  }

  @Override
  public void close() {
    patience.close();
    try {
      if (listening) {
        subscription.unsubscribe();
      }
    } catch (RuntimeException e) {
      LOG.debug("Cannot unsubscribe from channel '{}'", channel, e);
    }
    thread.interrupt();
    connection.close();
  }
}
