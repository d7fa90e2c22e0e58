package io.kindling.examples.filmranking;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindling.examples.CannotRunException;
import io.kindling.examples.ExamplesFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The programs in other languages that sort the films: {@code examples/clients}. */
final class Clients {

  /** The one of the path, or Debian's, which python3-redis is for. */
  private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  private Clients() {}

  /** The Python client, if there is a Python with the package redis. */
  static Optional<List<String>> python(String uri, int person) {
    return PYTHONS.stream()
        .filter(python -> isThere(python, "-c", "import redis"))
        .findFirst()
        .map(python -> command(python, "rank_films.py", uri, person));
  }

  /** The shell script, if there is a redis-cli. */
  static Optional<List<String>> shell(String uri, int person) {
    return isThere("redis-cli", "--version")
        ? Optional.of(command("sh", "rank_films.sh", uri, person))
        : Optional.empty();
  }

  private static List<String> command(String program, String file, String uri, int person) {
    Path path = ExamplesFolder.resolve("clients", file);
    return List.of(program, path.toString(), uri, String.valueOf(person));
  }

  private static boolean isThere(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Runs a client.
   *
   * @return the lines that it printed
   * @throws CannotRunException if it fails
   */
  static List<String> run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new CannotRunException(
            "Cannot run %s: exit code %d, %s".formatted(command, code, printed.strip()));
      }
      return printed.lines().toList();
    } catch (IOException e) {
      throw new CannotRunException("Cannot run " + command + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CannotRunException("Cannot run " + command + ": interrupted", e);
    }
  }
}
