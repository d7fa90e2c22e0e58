package io.kindling.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SparkHomeTest {
  private final SparkHome home = SparkHome.assemble(SparkClassPath.ofThisJvm(), List.of());

  @AfterEach
  void delete() {
    Folders.delete(home.folder());
  }

  /**
   * A worker makes it at its first executor. If another one does so at the same moment, this one
   * has no folder for the rest of its life: its executors fail, and the master asks for the next.
   */
  @Test
  void assemble_folderForTemporaryFiles_isThereBeforeAnyWorker() {
    Map<String, String> environment = new HashMap<>();

    home.configure(environment);

    assertThat(environment).containsKey("SPARK_LOCAL_DIRS");
    assertThat(Path.of(environment.get("SPARK_LOCAL_DIRS"))).isEmptyDirectory();
  }
}
