package io.kindling.examples;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** A table in plain text: the first column to the left, the others to the right. */
public final class TextTable {

  private final List<List<String>> rows = new ArrayList<>();

  /** A table of as many columns as names. */
  public TextTable(String... header) {
    rows.add(List.of(header));
  }

  /** Adds a row: as many cells as columns. */
  public void add(String... cells) {
    rows.add(List.of(cells));
  }

  /** Prints it, indented. */
  public void print(PrintStream out) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("  ").append(leftAligned(row.get(0), widths[0]));
      for (int i = 1; i < columns; i++) {
        line.append("  ").append(rightAligned(row.get(i), widths[i]));
      }
      out.println(line);
    }
  }

  private static String leftAligned(String cell, int width) {
    return cell + " ".repeat(width - cell.length());
  }

  private static String rightAligned(String cell, int width) {
    return " ".repeat(width - cell.length()) + cell;
  }
}
