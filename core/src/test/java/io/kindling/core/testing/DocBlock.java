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
    return new DocBlock(root().resolve(file), "<!-- generated: " + name + " -->\n");
  }

  /**
   * The text of a document.
   *
   * @param file relative to the root of the repository
   */
  public static String text(String file) {
    try {
      return Files.readString(root().resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  /** The root of the repository that the test runs in. */
  public static Path root() {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(root.resolve("docs")) || !Files.isDirectory(root.resolve(".mvn"))) {
      root = root.getParent();
      if (root == null) {
        throw new IllegalStateException("Not started inside of the repository");
      }
    }
    return root;
  }

  /** Fails if the block holds something else. */
  public void check(String expected) {
    if (Boolean.getBoolean("kindling.docs.update")) {
      write(expected);
      return;
    }
    String text = read();
    assertThat(text.substring(from(text), to(text)))
        .as("%s is stale; run the test with -Dkindling.docs.update=true", file)
        .isEqualTo(expected);
  }

  /** Replaces what the block holds. */
  public void write(String content) {
    String text = read();
    try {
      Files.writeString(file, text.substring(0, from(text)) + content + text.substring(to(text)));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  private String read() {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  private int from(String text) {
    int line = text.indexOf(start);
    assertThat(line).as("%s has the line '%s'", file, start.trim()).isNotNegative();
    return line + start.length();
  }

  private int to(String text) {
    int line = text.indexOf("<!-- end -->", from(text));
    assertThat(line).as("%s has the line '<!-- end -->'", file).isNotNegative();
    return line;
  }
}
