package io.kindling.faults;

import io.kindling.testing.ShortJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** A process of {@link FaultedDriver}, with its output in {@code target/dispatcher-faults}. */
final class DriverProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final String name;
  private final String redis;
  private final String queue;
  private final Path folder;
  private Process process;
  private Path output;
  private int starts;

  /** Starts it, and does not wait. */
  DriverProcess(String name, String redis, String queue, Path folder) {
    this.name = name;
    this.redis = redis;
    this.queue = queue;
    this.folder = folder;
    output = output();
    process = launch();
  }

  private Path output() {
    return Path.of("target", "dispatcher-faults", queue, name + "-" + starts + ".log");
  }

  private Process launch() {
    List<String> command =
        ShortJvm.command(
            List.of("-Xmx512m", "-Djava.io.tmpdir=" + folder),
            FaultedDriver.class,
            List.of(redis, queue, name, folder.resolve(name + "-" + starts).toString()));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    try {
      Files.createDirectories(output.getParent());
      Process started = builder.redirectOutput(output.toFile()).start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start driver " + name, e);
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  /** Waits until it takes commands. */
  void awaitReady() {
    Awaitility.await(name + " is ready, see " + output)
        .atMost(LIMIT)
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException(
                    "Driver " + name + " ended with " + process.exitValue() + ", see " + output);
              }
              return Files.readString(output).contains(FaultedDriver.READY);
            });
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** {@code kill -9}; returns once it is gone. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The next process of this name. */
  void startAgain() {
    starts++;
    output = output();
    process = launch();
  }

  void freeze() {
    signal("-STOP");
  }

  void thaw() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", signal, String.valueOf(pid())).start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("Cannot send " + signal + " to driver " + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
