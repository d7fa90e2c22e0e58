package io.kindling.core.testing;

import io.kindling.core.RedisConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A way to a server of this machine that takes time, as a network does: whatever the server sends
 * arrives so much later. Requests come at once. Any number of bytes may be under way.
 */
public final class DelayedLink implements AutoCloseable {
  private static final int MAX_READ = 1 << 16;

  private final int target;
  private final long delayNanos;
  private final ServerSocket server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "delayed-link");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** Some bytes, and when they arrive; none at all is the end. */
  private static final class UnderWay {
    private final long arrivalNanos;
    private final byte[] bytes;

    UnderWay(long arrivalNanos, byte[] bytes) {
      this.arrivalNanos = arrivalNanos;
      this.bytes = bytes;
    }
  }

  private DelayedLink(int target, Duration delay) throws IOException {
    this.target = target;
    delayNanos = delay.toNanos();
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Opens the way to a server. */
  public static DelayedLink to(TestRedis server, Duration delay) throws IOException {
    var link = new DelayedLink(server.port(), delay);
    link.threads.execute(link::accept);
    return link;
  }

  /** How to reach the server this way. */
  public RedisConfig config() {
    return RedisConfig.builder().node("127.0.0.1", port()).build();
  }

  /** Its end on 127.0.0.1. */
  public int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        var redis = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(redis);
        client.setTcpNoDelay(true);
        redis.setTcpNoDelay(true);
        BlockingQueue<UnderWay> replies = new LinkedBlockingQueue<>();
        threads.execute(() -> pass(client, redis));
        threads.execute(() -> takeIn(redis, replies));
        threads.execute(() -> deliver(replies, client));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private static void pass(Socket client, Socket redis) {
    try (client;
        redis) {
      InputStream in = client.getInputStream();
      OutputStream out = redis.getOutputStream();
      byte[] buffer = new byte[MAX_READ];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One side has gone.
    }
  }

  private void takeIn(Socket redis, BlockingQueue<UnderWay> replies) {
    byte[] buffer = new byte[MAX_READ];
    try (redis) {
      InputStream in = redis.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        replies.add(new UnderWay(System.nanoTime() + delayNanos, Arrays.copyOf(buffer, n)));
      }
    } catch (IOException e) {
      // The server has gone.
    }
    replies.add(new UnderWay(0, new byte[0]));
  }

  private static void deliver(BlockingQueue<UnderWay> replies, Socket client) {
    try (client) {
      OutputStream out = client.getOutputStream();
      UnderWay next = replies.take();
      while (next.bytes.length > 0) {
        long left = next.arrivalNanos - System.nanoTime();
        while (left > 0) {
          LockSupport.parkNanos(left);
          left = next.arrivalNanos - System.nanoTime();
        }
        out.write(next.bytes);
        next = replies.take();
      }
    } catch (IOException e) {
      // The client has gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
    threads.shutdownNow();
  }
}
