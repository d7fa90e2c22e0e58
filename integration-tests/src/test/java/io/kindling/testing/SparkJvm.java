package io.kindling.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One JVM with the jars of a Spark, which may be another than this JVM's. */
public final class SparkJvm implements AutoCloseable {
  private final ProcessGroup group;
  private final JvmProcess process;

  private SparkJvm(ProcessGroup group, JvmProcess process) {
    this.group = group;
    this.process = process;
  }

  /**
   * Starts a main class.
   *
   * @param classPath of which the application comes before Spark
   * @param options of the JVM, after the fixture's own
   * @param input its standard input, or null if it reads none
   */
  public static SparkJvm start(
      SparkClassPath classPath,
      List<String> options,
      String mainClass,
      List<String> arguments,
      @Nullable Path input) {
    ProcessGroup group = ProcessGroup.create(classPath);
    try {
      return new SparkJvm(
          group, group.start("jvm", options, classPath.application(), mainClass, arguments, input));
    } catch (RuntimeException | Error e) {
      group.close();
      throw e;
    }
  }

  /**
   * Waits for its end.
   *
   * @return its exit code
   * @throws IllegalStateException if it still runs after the limit, with the end of its log
   */
  public int waitFor(Duration limit) {
    Waiting.until(process + " ends", limit, () -> !process.isAlive(), process::log);
    return process.exitCode();
  }

  /** What it has written to its standard output so far. */
  public String output() {
    return process.output();
  }

  /** What it has written to its standard error so far: Spark's log. */
  public String log() {
    return process.log();
  }

  /** Kills it if it still runs. */
  @Override
  public void close() {
    group.close();
  }
}
