package io.kindling.bench;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
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
 * A way to a server of this machine that takes time, as a network does: whatever a client sends
 * arrives so much later. Replies come at once. Any number of bytes may be under way.
 */
final class DelayedLink implements AutoCloseable {
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

  static DelayedLink to(TestRedis server, Duration delay) throws IOException {
    var link = new DelayedLink(server.port(), delay);
    link.threads.execute(link::accept);
    return link;
  }

  /** How to reach the server this way. */
  RedisConfig config() {
    return RedisConfig.builder().node("127.0.0.1", server.getLocalPort()).build();
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
        BlockingQueue<UnderWay> requests = new LinkedBlockingQueue<>();
        threads.execute(() -> takeIn(client, requests));
        threads.execute(() -> deliver(requests, redis));
        threads.execute(() -> reply(redis, client));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void takeIn(Socket client, BlockingQueue<UnderWay> requests) {
    byte[] buffer = new byte[MAX_READ];
    try (client) {
      InputStream in = client.getInputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        requests.add(new UnderWay(System.nanoTime() + delayNanos, Arrays.copyOf(buffer, n)));
      }
    } catch (IOException e) {
      // The client has gone.
    }
    requests.add(new UnderWay(0, new byte[0]));
  }

  private static void deliver(BlockingQueue<UnderWay> requests, Socket redis) {
    try (redis) {
      OutputStream out = redis.getOutputStream();
      UnderWay next = requests.take();
      while (next.bytes.length > 0) {
        long left = next.arrivalNanos - System.nanoTime();
        while (left > 0) {
          LockSupport.parkNanos(left);
          left = next.arrivalNanos - System.nanoTime();
        }
        out.write(next.bytes);
        next = requests.take();
      }
    } catch (IOException e) {
      // The server has gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void reply(Socket redis, Socket client) {
    try (redis;
        client) {
      InputStream in = redis.getInputStream();
      OutputStream out = client.getOutputStream();
      byte[] buffer = new byte[MAX_READ];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One side has gone.
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
