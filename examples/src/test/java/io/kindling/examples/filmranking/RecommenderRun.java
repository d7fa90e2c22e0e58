package io.kindling.examples.filmranking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** What a run of the program printed and returned. */
record RecommenderRun(int exitCode, List<String> out) {

  static RecommenderRun of(String... args) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, /* autoFlush= */ true, UTF_8);
    int code;
    System.setProperty(
        "kindling.examples", Path.of("").toAbsolutePath().toString()); // as examples/run does
    try {
      code = MovieRecommender.run(out, /* terminal= */ false, args);
    } finally {
      System.clearProperty("kindling.examples");
    }
    return new RecommenderRun(code, printed.toString(UTF_8).lines().toList());
  }

  /** The lines below one that begins so, up to a blank line. */
  List<String> below(String start) {
    List<String> found = out.stream().dropWhile(line -> !line.startsWith(start)).skip(1).toList();
    return found.stream().dropWhile(String::isBlank).takeWhile(line -> !line.isBlank()).toList();
  }
}
