package io.kindling.faults;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A proxy in front of Redis that understands commands and replies, and lets an interceptor decide
 * about each. A connection's commands go one by one, each behind the reply to the one before; so it
 * is known at any time which of them are on their way.
 */
final class RespProxy implements AutoCloseable {
  private final int target;
  private final ServerSocket server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "resp-proxy");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
  private volatile @Nullable RuntimeException failure;
  private volatile Interceptor interceptor = (command, exchange) -> exchange.complete();

  /** Decides what becomes of a command. */
  interface Interceptor {
    /**
     * Does something with a command; by default {@code exchange.complete()}.
     *
     * @throws IOException to cut the connection
     */
    void handle(List<byte[]> command, Exchange exchange) throws IOException;
  }

  RespProxy(int target) {
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

  void intercept(Interceptor next) {
    interceptor = next;
  }

  /**
   * Throws what an interceptor has thrown.
   *
   * @throws RuntimeException if one has
   */
  void checkInterceptors() {
    RuntimeException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
  }

  /** Cuts all connections, whatever is on its way. */
  void cutAll() {
    clients.forEach(RespProxy::closeQuietly);
  }

  /** One command on its way to Redis, and its reply. */
  static final class Exchange {
    private final byte[] request;
    private final Socket client;
    private final Socket redis;
    private final RespReader replies;

    private Exchange(byte[] request, Socket client, Socket redis, RespReader replies) {
      this.request = request;
      this.client = client;
      this.redis = redis;
      this.replies = replies;
    }

    /** Sends the command to Redis. */
    void forward() throws IOException {
      redis.getOutputStream().write(request);
    }

    /** Waits for the whole reply: Redis has executed the command. */
    byte[] awaitReply() throws IOException {
      return replies.next().raw;
    }

    /** Passes on the first bytes of a reply. */
    void pass(byte[] reply, int length) throws IOException {
      client.getOutputStream().write(reply, 0, length);
    }

    /** Does all of that. */
    void complete() throws IOException {
      forward();
      byte[] reply = awaitReply();
      pass(reply, reply.length);
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        clients.add(client);
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket redis = new Socket(InetAddress.getLoopbackAddress(), target)) {
      client.setTcpNoDelay(true);
      redis.setTcpNoDelay(true);
      RespReader commands = new RespReader(client.getInputStream());
      RespReader replies = new RespReader(redis.getInputStream());
      while (true) {
        RespReader.Message command = commands.next();
        interceptor.handle(command.strings, new Exchange(command.raw, client, redis, replies));
      }
    } catch (IOException e) {
      // One side has ended, or the interceptor has cut: the other side ends too.
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      clients.remove(client);
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
    cutAll();
    threads.shutdownNow();
  }
}
