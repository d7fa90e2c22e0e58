package io.kindling.bundle;

import java.nio.file.Path;
import java.util.Objects;

/** The built jar. */
final class Bundle {
  private Bundle() {}

  static Path jar() {
    return Path.of(Objects.requireNonNull(System.getProperty("kindling.test.bundle")));
  }
}
