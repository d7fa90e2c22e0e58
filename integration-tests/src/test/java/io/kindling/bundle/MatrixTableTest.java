package io.kindling.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.testing.DocBlock;
import org.junit.jupiter.api.Test;

class MatrixTableTest {
  /** It is written by a run of the whole matrix; who changes the matrix has to run it. */
  @Test
  void readme_itsTable_isOfTheWholeMatrix() {
    assertThat(DocBlock.text("README.md"))
        .contains(
            "<!-- generated: matrix -->\n" + MatrixTable.readme(MatrixSpark.ALL) + "<!-- end -->");
  }

  @Test
  void add_runThatFails_isInTheTableAndMakesItIncomplete() throws Exception {
    var table = new MatrixTable();
    for (MatrixSpark spark : MatrixSpark.ALL) {
      table.add(spark, "client", () -> "all of it");
    }
    assertThat(table.isWhole(1)).isTrue();
    assertThat(table.markdown()).contains("| 3.5.6 | 2.12 | client | all of it | 0 | passed |");

    assertThatThrownBy(
            () ->
                table.add(
                    MatrixSpark.WITH_SHELL,
                    "cluster",
                    () -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");

    assertThat(table.markdown()).contains("| 3.5.7 | 2.12 | cluster |  | 0 | FAILED |");
    assertThat(table.isWhole(1)).isFalse();
  }
}
