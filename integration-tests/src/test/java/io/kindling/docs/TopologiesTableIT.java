package io.kindling.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TopologyTable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the contracts of all modules came to in this run; runs after them, in the last module. */
@Tag("topologies")
class TopologiesTableIT {
  private static final String DOCUMENT = "docs/topologies.md";

  @Test
  void table_ofThisRun_isThatOfTheDocument() {
    TopologyTable table = TopologyTable.take();
    assumeThat(table.isEmpty()).as("only this module was tested").isFalse();
    String markdown = table.toMarkdown();
    System.out.println(markdown);

    assertThat(markdown).doesNotContain("FAILED");
    if (Boolean.getBoolean("kindling.docs.update")) {
      DocBlock.in(DOCUMENT, "topologies").write(markdown);
    }
    // Seconds differ from run to run; Valkey may be missing here.
    assertThat(DocBlock.text(DOCUMENT).lines().map(TopologiesTableIT::withoutSeconds))
        .containsAll(
            markdown
                .lines()
                .filter(line -> !line.contains("not run"))
                .map(TopologiesTableIT::withoutSeconds)
                .toList());
  }

  private static String withoutSeconds(String line) {
    return line.replaceAll(", \\d+\\.\\d s", "");
  }
}
