package io.kindling.examples;

import java.nio.file.Path;

/**
 * Where the examples lie: {@code examples/run} says it; without it, below the current folder is
 * tried.
 */
public final class ExamplesFolder {

  private ExamplesFolder() {}

  /** A file or folder there. */
  public static Path resolve(String first, String... more) {
    return Path.of(System.getProperty("kindling.examples", "examples"))
        .resolve(Path.of(first, more));
  }
}
