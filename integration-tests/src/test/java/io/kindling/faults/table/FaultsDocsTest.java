package io.kindling.faults.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page has a row for each fault that is tried, and none besides. */
class FaultsDocsTest {
  @Test
  void faultsMd_rows_areTheFaultsThatAreTried() {
    List<String> rows =
        DocBlock.text(FaultTable.DOCUMENT)
            .lines()
            .dropWhile(line -> !line.startsWith("| fault |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("| "))
            .toList();

    assertThat(rows)
        .extracting(row -> row.substring(2, row.indexOf(" | ")))
        .containsExactlyElementsOf(FaultTableIT.all().stream().map(NamedFault::name).toList());
  }
}
