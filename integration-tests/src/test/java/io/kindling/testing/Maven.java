package io.kindling.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Maven in a process of its own, as a user starts it.
 *
 * @param command its launcher
 * @param repository the local one
 */
public record Maven(Path command, Path repository) {
  private static final Duration LIMIT = Duration.ofMinutes(20);

  /** The one that runs this build; in an IDE {@code mvn} and the user's repository. */
  public static Maven ofThisBuild() {
    String home = System.getProperty("kindling.test.maven", "");
    String repository = System.getProperty("kindling.test.repository", "");
    return new Maven(
        home.isEmpty() ? Path.of("mvn") : Path.of(home, "bin", "mvn"),
        repository.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".m2", "repository")
            : Path.of(repository));
  }

  /** The same with another local repository. */
  public Maven withRepository(Path other) {
    return new Maven(command, other);
  }

  /**
   * Runs it and waits for its end.
   *
   * @param folder it works in
   * @param log for what it prints
   * @throws IllegalStateException if it fails, with the end of its log
   */
  public void run(Path folder, Path log, List<String> arguments) {
    var line = new ArrayList<>(List.of(command.toString(), "-Dmaven.repo.local=" + repository));
    line.addAll(arguments);
    var builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    try {
      Files.createDirectories(Objects.requireNonNull(log.toAbsolutePath().getParent()));
      Process process = builder.start();
      boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      if (!ended || process.exitValue() != 0) {
        throw new IllegalStateException(
            "Maven failed: %s in %s; its log ends with:%n%s"
                .formatted(line, folder, Waiting.endOf(Folders.textOf(log))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + line, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for Maven", e);
    }
  }
}
