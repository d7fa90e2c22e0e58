package io.kindling.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A generated part of a document, between {@code <!-- generated: name -->} and {@code <!-- end
 * -->}. Tests hold it up to date; with {@code -Dkindling.docs.update=true} they write it instead.
 */
public final class DocBlock {
  private final Path file;
  private final String start;

  private DocBlock(Path file, String start) {
    this.file = file;
    this.start = start;
  }

  /**
   * A block of a document.
   *
   * @param file relative to the root of the repository
   * @param name as in its first line
   */
  public static DocBlock in(String file, String name) {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(root.resolve("docs")) || !Files.isDirectory(root.resolve(".mvn"))) {
      root = root.getParent();
      if (root == null) {
        throw new IllegalStateException("Not started inside of the repository");
      }
    }
    return new DocBlock(root.resolve(file), "<!-- generated: " + name + " -->\n");
  }

  /** Fails if the block holds something else. */
  public void check(String expected) {
    try {
      String text = Files.readString(file);
      int from = text.indexOf(start) + start.length();
      int to = text.indexOf("<!-- end -->", from);
      assertThat(from >= start.length() && to >= from)
          .as("%s has the lines '%s' and '<!-- end -->'", file, start.trim())
          .isTrue();
      if (Boolean.getBoolean("kindling.docs.update")) {
        Files.writeString(file, text.substring(0, from) + expected + text.substring(to));
      } else {
        assertThat(text.substring(from, to))
            .as("%s is stale; run the test with -Dkindling.docs.update=true", file)
            .isEqualTo(expected);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read or write " + file, e);
    }
  }
}
