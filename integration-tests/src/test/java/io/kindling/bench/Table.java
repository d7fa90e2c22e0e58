package io.kindling.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of a benchmark, written into a generated block of a document.
 *
 * @param document relative to the root of the repository
 * @param block the name of the block
 * @param columns the heads; all but the first hold numbers
 * @param rows as many cells each as there are columns
 */
record Table(String document, String block, List<String> columns, List<List<String>> rows) {

  Table {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
    for (List<String> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "Cannot make a row of %s in the table '%s': it has %d columns"
                .formatted(row, block, columns.size()));
      }
    }
  }

  /** Gathers the rows. */
  static final class Builder {
    private final String document;
    private final String block;
    private final List<String> columns;
    private final List<List<String>> rows = new ArrayList<>();

    Builder(String document, String block, String... columns) {
      this.document = document;
      this.block = block;
      this.columns = List.of(columns);
    }

    /** Adds a row; numbers get four significant digits. */
    Builder row(Object... cells) {
      List<String> row = new ArrayList<>();
      for (Object cell : cells) {
        row.add(
            cell instanceof Number number
                ? BenchReport.compact(number.doubleValue())
                : cell.toString());
      }
      rows.add(row);
      return this;
    }

    Table build() {
      return new Table(document, block, columns, rows);
    }
  }

  /** As Markdown, without a line above or below. */
  String markdown() {
    var text = new StringBuilder();
    line(text, columns);
    text.append("|---").append("|---:".repeat(columns.size() - 1)).append("|\n");
    rows.forEach(row -> line(text, row));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
