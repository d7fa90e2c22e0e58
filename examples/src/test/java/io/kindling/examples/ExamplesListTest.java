package io.kindling.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table that {@code examples/run} starts examples by. */
class ExamplesListTest {
  @Test
  void list_everyLine_namesAMainClassAndSaysWhatItDoes() throws Exception {
    List<String> lines =
        Files.readAllLines(Path.of("list")).stream().filter(line -> !line.startsWith("#")).toList();

    assertThat(lines).isNotEmpty();
    for (String line : lines) {
      String[] columns = line.split(" ", 3);
      assertThat(columns).as(line).hasSize(3);
      assertThat(columns[0]).matches("[a-z][a-z0-9-]*");
      int modifiers = Class.forName(columns[1]).getMethod("main", String[].class).getModifiers();
      assertThat(Modifier.isStatic(modifiers)).as(columns[1]).isTrue();
    }
  }
}
