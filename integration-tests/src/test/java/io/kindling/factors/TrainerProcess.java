package io.kindling.factors;

import io.kindling.testing.ShortJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of {@link TrainerDriver}, with its output in {@code target/factor-trainers}. */
final class TrainerProcess implements AutoCloseable {

  private final Process process;
  private final Path output;

  private TrainerProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts it, and does not wait.
   *
   * @param folder of this run, for what Spark keeps
   * @param arguments as the driver takes them
   */
  static TrainerProcess start(Path folder, List<String> arguments) {
    List<String> command =
        ShortJvm.command(
            List.of("-Xmx512m", "-Djava.io.tmpdir=" + folder), TrainerDriver.class, arguments);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    try {
      Path logs = Files.createDirectories(Path.of("target", "factor-trainers"));
      Path output = Files.createTempFile(logs, "trainer-", ".log");
      Process started = builder.redirectOutput(output.toFile()).start();
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
      return new TrainerProcess(started, output);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start a trainer", e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it has ended by itself. */
  int waitFor(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("The trainer learns for more than " + limit + ": " + output);
    }
    return process.exitValue();
  }

  /** {@code kill -9}; returns once it is gone. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Where its output is. */
  @Override
  public String toString() {
    return output.toString();
  }
}
