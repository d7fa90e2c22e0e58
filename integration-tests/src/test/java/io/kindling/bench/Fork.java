package io.kindling.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;

/** A JVM of its own for a part of a benchmark, as JMH has it: nothing that ran before matters. */
final class Fork {
  private Fork() {}

  /** Runs a main class with this JVM's class path and answers the lines that it printed. */
  static List<String> run(Class<?> mainClass) throws IOException, InterruptedException {
    Process fork =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                mainClass.getName())
            .redirectError(Redirect.INHERIT)
            .start();
    String printed = new String(fork.getInputStream().readAllBytes(), UTF_8);
    int code = fork.waitFor();
    if (code != 0) {
      throw new IllegalStateException("%s ended with %d".formatted(mainClass.getName(), code));
    }
    return printed.lines().toList();
  }
}
