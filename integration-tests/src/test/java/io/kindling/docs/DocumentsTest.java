package io.kindling.docs;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every link of the documents leads somewhere, and every test that they name is there. */
class DocumentsTest {
  private static final Path ROOT = DocBlock.root();

  static Stream<Path> documents() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .toList()
          .stream();
    }
  }

  /** The simple names of all classes below {@code src/test}. */
  private static Set<String> tests() throws IOException {
    var tests = Stream.<Path>builder();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.toList()) {
        Path folder = module.resolve("src/test/java");
        if (Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.walk(folder)) {
            files.toList().forEach(tests);
          }
        }
      }
    }
    return tests
        .build()
        .map(file -> String.valueOf(file.getFileName()))
        .filter(name -> name.endsWith(".java"))
        .map(name -> name.substring(0, name.length() - ".java".length()))
        .collect(toSet());
  }

  @ParameterizedTest
  @MethodSource("documents")
  void document_itsLinks_leadSomewhere(Path file) {
    assertThat(MarkdownPage.of(file).brokenLinks()).as("broken links of %s", file).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void document_testsThatItNames_areThere(Path file) throws IOException {
    Set<String> named = MarkdownPage.of(file).namedTests();

    named.removeAll(tests());

    assertThat(named).as("tests that %s names and nobody has written", file).isEmpty();
  }

  /** The promise of that page: a test behind each sentence. */
  @Test
  void countersMd_whatIsLostWhen_isShownByATestInEachRow() throws IOException {
    List<String> rows =
        DocBlock.text("docs/counters.md")
            .lines()
            .dropWhile(line -> !line.startsWith("| what happens |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();

    assertThat(rows).hasSizeGreaterThan(20);
    assertThat(rows).allSatisfy(row -> assertThat(row).containsPattern("\\[\\w+IT\\]\\[\\]"));
  }
}
