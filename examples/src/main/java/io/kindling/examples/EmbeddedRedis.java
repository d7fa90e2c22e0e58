package io.kindling.examples;

import io.kindling.core.KindlingException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import redis.embedded.RedisServer;

/**
 * A real redis-server from the jar of embedded-redis, on a free port of 127.0.0.1, in memory only.
 * Stopped by {@link #close()}, and at the latest when this JVM ends.
 */
public final class EmbeddedRedis implements AutoCloseable {

  private final RedisServer server;
  private final int port;

  private EmbeddedRedis(RedisServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /** Starts one. */
  public static EmbeddedRedis start() {
    try {
      int port = freePort();
      RedisServer server =
          RedisServer.builder()
              .port(port)
              .bind("127.0.0.1")
              .setting("save \"\"")
              .setting("appendonly no")
              .build();
      EmbeddedRedis redis = new EmbeddedRedis(server, port);
      Runtime.getRuntime().addShutdownHook(new Thread(redis::close, "stop embedded Redis"));
      server.start();
      return redis;
    } catch (IOException | RuntimeException e) {
      throw new KindlingException(
          "Cannot start a Redis of its own: " + e + "; name a running one with --redis URI", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Where it listens. */
  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    server.stop(); // does nothing the second time
  }
}
