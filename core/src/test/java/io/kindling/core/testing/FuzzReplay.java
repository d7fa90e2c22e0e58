package io.kindling.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Gives a target its seeds, and the files of {@code src/test/resources/fuzz/<target>}: each has
 * been a crasher, or is a seed that takes Spark to make.
 */
public abstract class FuzzReplay {
  /** What to try; closed afterwards. */
  protected abstract FuzzTarget target() throws Exception;

  @Test
  void accept_seedsAndPastCrashers_areAnswered() throws Exception {
    try (FuzzTarget target = target()) {
      int inputs = 0;
      for (byte[] seed : target.seeds()) {
        accept(target, seed, "seed " + inputs++);
      }
      for (Path file : files(target)) {
        accept(target, Files.readAllBytes(file), file.toString());
        inputs++;
      }
      assertThat(inputs).isPositive();
    }
  }

  private static void accept(FuzzTarget target, byte[] input, String name) {
    try {
      target.accept(input);
    } catch (Exception | Error e) { // as a fuzzer sees it, an error of the JVM is a crash, too
      throw new AssertionError(name, e);
    }
  }

  private static List<Path> files(FuzzTarget target) throws IOException {
    Path folder = Path.of("src/test/resources/fuzz", target.getClass().getSimpleName());
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
