package io.kindling.core.testing;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One redis-server of the embedded-redis artifact, listening on 127.0.0.1 only, in a folder of its
 * own that disappears with it. Killed at the end of the JVM if it is still there.
 */
final class RedisProcess implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(20);
  private static final Set<RedisProcess> RUNNING = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final List<String> command;
  private final int port;
  private final boolean speaksPlainly;
  private Process process;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(RedisProcess::close)));
  }

  private RedisProcess(Path folder, List<String> command, int port, boolean speaksPlainly) {
    this.folder = folder;
    this.command = command;
    this.port = port;
    this.speaksPlainly = speaksPlainly;
    process = launch();
  }

  /** Starts a server with these arguments behind the fixture's own, and waits until it answers. */
  static RedisProcess start(List<String> arguments) {
    return start(RedisBinary.REDIS_7_0, List.of(), arguments);
  }

  /**
   * Starts a server of this kind.
   *
   * @param wrapper the command that becomes the server, or none
   */
  static RedisProcess start(RedisBinary binary, List<String> wrapper, List<String> arguments) {
    return onFreePort(
        (port, folder) -> {
          boolean tls = arguments.contains("--tls-cert-file");
          var command = commandFor(binary, folder);
          command.addAll(listening(port, tls));
          if (!arguments.contains("--save")) {
            command.addAll(List.of("--save", ""));
          }
          command.addAll(arguments);
          command.addAll(0, wrapper);
          return new RedisProcess(folder, command, port, !tls);
        });
  }

  /** Starts a sentinel with these lines in its file. */
  static RedisProcess startSentinel(List<String> lines) {
    return onFreePort(
        (port, folder) -> {
          Path file = folder.resolve("sentinel.conf");
          Files.write(file, lines);
          var command = commandFor(RedisBinary.REDIS_7_0, folder);
          command.addAll(1, List.of(file.toString(), "--sentinel"));
          boolean tls = lines.stream().anyMatch(line -> line.startsWith("tls-cert-file "));
          command.addAll(listening(port, tls));
          return new RedisProcess(folder, command, port, !tls);
        });
  }

  private static List<String> listening(int port, boolean tls) {
    return tls
        ? List.of("--port", "0", "--tls-port", String.valueOf(port))
        : List.of("--port", String.valueOf(port));
  }

  private static List<String> commandFor(RedisBinary binary, Path folder) {
    return new ArrayList<>(
        List.of(binary.path().toString(), "--bind", "127.0.0.1", "--dir", folder.toString()));
  }

  private interface Starter {
    RedisProcess start(int port, Path folder) throws IOException;
  }

  private static RedisProcess onFreePort(Starter starter) {
    for (int attempt = 1; ; attempt++) {
      try {
        return starter.start(freePort(), Files.createTempDirectory("kindling-redis-"));
      } catch (PortTaken e) {
        if (attempt == 5) {
          throw e;
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot start Redis", e);
      }
    }
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** Ends the server as a power cut would; its folder stays. */
  void kill() {
    process.destroyForcibly();
    await(process);
    RUNNING.remove(this);
  }

  /** Starts it again on the same port and folder. */
  void startAgain() {
    process = launch();
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException | UncheckedIOException e) {
      // A file left in the temporary folder harms nobody.
    }
  }

  private Process launch() {
    Path log = folder.resolve("redis.log");
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      process = started;
      RUNNING.add(this);
      awaitReady(started, log);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + command, e);
    }
  }

  private void awaitReady(Process started, Path log) throws IOException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      if (ended(started, 20)) {
        String text = Files.readString(log);
        close();
        if (text.contains("Address already in use")) {
          throw new PortTaken(port);
        }
        throw new IllegalStateException("Redis ended at once; " + command + " said:\n" + text);
      }
      if (answers()) {
        return;
      }
    }
    String text = Files.readString(log);
    close();
    throw new IllegalStateException("Redis did not answer; " + command + " said:\n" + text);
  }

  /** A refusal to a stranger (NOAUTH) is an answer too; LOADING is none yet. */
  private boolean answers() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      if (!speaksPlainly) {
        return true;
      }
      socket.setSoTimeout(1_000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      String reply = new String(in.readNBytes(5), StandardCharsets.US_ASCII);
      return reply.startsWith("+PONG") || reply.startsWith("-NO");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean ended(Process process, long millis) {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for Redis", e);
    }
  }

  private static void await(Process process) {
    if (!ended(process, 10_000)) {
      throw new IllegalStateException("Redis, process " + process.pid() + ", does not end");
    }
  }

  /**
   * A port below the range from which the system takes the ports of outgoing connections; the one
   * 10,000 above it is for the cluster's bus.
   */
  private static int freePort() {
    for (int attempt = 0; attempt < 100; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(11_000, 21_000);
      if (isFree(port) && isFree(port + 10_000)) {
        return port;
      }
    }
    throw new IllegalStateException("No free port from 11000 to 21000");
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private static final class PortTaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    PortTaken(int port) {
      super("Port " + port + " was taken by another process");
    }
  }
}
