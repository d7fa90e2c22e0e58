package io.kindling.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A process that this JVM started, with its output and log in files. */
final class JvmProcess {
  private static final Duration KILL_LIMIT = Duration.ofSeconds(30);

  private final String name;
  private final Process process;
  private final Path output;
  private final Path log;

  private JvmProcess(String name, Process process, Path output, Path log) {
    this.name = name;
    this.process = process;
    this.output = output;
    this.log = log;
  }

  static JvmProcess start(
      String name, List<String> command, @Nullable Path input, SparkHome home, Path logs) {
    Path output = logs.resolve(name + ".out");
    Path log = logs.resolve(name + ".err");
    var builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(log.toFile());
    if (input != null) {
      builder.redirectInput(input.toFile());
    }
    home.configure(builder.environment());
    try {
      return new JvmProcess(name, builder.start(), output, log);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + name, e);
    }
  }

  long pid() {
    return process.pid();
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int exitCode() {
    return process.exitValue();
  }

  String output() {
    return Folders.textOf(output);
  }

  String log() {
    return Folders.textOf(log);
  }

  /** Throws with the end of the log if it has ended. */
  void requireAlive() {
    if (!isAlive()) {
      throw new IllegalStateException(
          "%s ended with exit code %d; its log (%s) ends with:%n%s"
              .formatted(this, exitCode(), log, Waiting.endOf(log())));
    }
  }

  /** Waits until the log has a match and answers its first group. */
  String awaitInLog(Pattern pattern) {
    Waiting.until(
        this + " logs '" + pattern + "'",
        Waiting.LIMIT,
        () -> {
          // Asked first: what the process wrote before it ended still counts.
          boolean alive = isAlive();
          boolean found = pattern.matcher(log()).find();
          if (!found && !alive) {
            requireAlive();
          }
          return found;
        },
        this::log);
    Matcher matcher = pattern.matcher(log());
    if (!matcher.find()) {
      throw new IllegalStateException("The log of " + this + " was cut: " + log);
    }
    return matcher.group(1);
  }

  /** Kills it and the processes it started (SIGKILL). */
  void kill() {
    // The children first, while their parent is there to reap them.
    handle().descendants().forEach(JvmProcess::kill);
    kill(handle());
  }

  static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(JvmProcess::kill);
  }

  private static void kill(ProcessHandle handle) {
    handle.destroyForcibly();
    try {
      handle.onExit().get(KILL_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while killing process " + handle.pid(), e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Cannot kill process " + handle.pid(), e);
    }
  }

  @Override
  public String toString() {
    return name + " (process " + pid() + ")";
  }
}
