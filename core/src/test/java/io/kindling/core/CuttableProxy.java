package io.kindling.core;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP proxy in front of a real Redis that can lose replies and refuse connections. */
final class CuttableProxy implements AutoCloseable {
  private final int target;
  private final ServerSocket server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger repliesToLose = new AtomicInteger();
  private volatile boolean refusing;

  CuttableProxy(int target) {
    this.target = target;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** The next replies of Redis are not passed on; the connection is cut instead. */
  void loseReplies(int count) {
    repliesToLose.set(count);
  }

  /** Cuts all connections, and new ones at once, until {@link #accept} is wanted again. */
  void refuse() {
    refusing = true;
    open.forEach(CuttableProxy::closeQuietly);
  }

  void acceptAgain() {
    refusing = false;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        if (refusing) {
          closeQuietly(client);
          continue;
        }
        var redis = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(redis);
        threads.execute(() -> pump(client, redis, /* replies= */ false));
        threads.execute(() -> pump(redis, client, /* replies= */ true));
      } catch (IOException e) {
        // Closed, or Redis is away: the client notices.
      }
    }
  }

  private void pump(Socket from, Socket to, boolean replies) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (replies && repliesToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          return;
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // Cut.
    }
  }

  private static void closeQuietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone, which is what was wanted.
    }
  }

  @Override
  public void close() {
    closeQuietly(server);
    open.forEach(CuttableProxy::closeQuietly);
    threads.shutdownNow();
  }
}
