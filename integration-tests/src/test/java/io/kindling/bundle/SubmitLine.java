package io.kindling.bundle;

import io.kindling.testing.ApplicationJar;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A line of documentation that submits an application to a standalone master.
 *
 * @param application what it submits
 * @param arguments of the application
 */
record SubmitLine(ApplicationJar application, List<String> arguments) {
  /**
   * Reads {@code spark-submit --master URL --jars JAR,... --class NAME application.jar arguments}.
   *
   * @param folder that relative paths start from
   */
  static SubmitLine parse(String line, Path folder) {
    var words = new ArrayDeque<>(Arrays.asList(line.split(" +", -1)));
    require(words.remove(), "spark-submit", line);
    require(words.remove(), "--master", line);
    require(words.remove().replaceAll("://.*", ""), "spark", line);
    require(words.remove(), "--jars", line);
    List<Path> jars = Arrays.stream(words.remove().split(",", -1)).map(folder::resolve).toList();
    require(words.remove(), "--class", line);
    String mainClass = words.remove();
    Path jar = folder.resolve(words.remove());
    return new SubmitLine(new ApplicationJar(mainClass, jar, jars), new ArrayList<>(words));
  }

  private static void require(String word, String wanted, String line) {
    if (!wanted.equals(word)) {
      throw new IllegalArgumentException(
          "Cannot submit '%s': '%s' stands where '%s' should".formatted(line, word, wanted));
    }
  }
}
