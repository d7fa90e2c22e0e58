package io.kindling.faults.table;

import io.kindling.core.testing.DocBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What came of all faults, as Markdown. */
final class FaultTable {
  static final String DOCUMENT = "docs/faults.md";
  private static final Path FILE = Path.of("target", "faults.md");

  private final List<FaultRow> rows = new ArrayList<>();

  void add(FaultRow row) {
    rows.add(row);
    System.out.println(row.cells());
    row.messages().forEach(message -> System.out.println("  " + message));
  }

  /** Writes it to {@code target}, and into the document if that is wanted. */
  void write() throws IOException {
    if (rows.isEmpty()) {
      return;
    }
    String table = table();
    String messages = messages();
    Files.createDirectories(FILE.getParent());
    Files.writeString(FILE, table + "\n" + messages);
    System.out.println(table + "\n" + messages);
    if (Boolean.getBoolean("kindling.docs.update")) {
      DocBlock.in(DOCUMENT, "faults").write("\n" + table + "\n");
      DocBlock.in(DOCUMENT, "fault-messages").write("\n" + messages + "\n");
    }
  }

  private String table() {
    List<String> columns = List.copyOf(rows.get(0).cells().keySet());
    var text = new StringBuilder();
    line(text, columns);
    text.append("|---".repeat(columns.size())).append("|\n");
    rows.forEach(row -> line(text, List.copyOf(row.cells().values())));
    return text.toString();
  }

  /** Each error once, with the faults and loads that saw it. */
  private String messages() {
    Map<String, TreeSet<String>> seenBy = new LinkedHashMap<>();
    for (FaultRow row : rows) {
      row.messages()
          .forEach(
              message ->
                  seenBy.computeIfAbsent(message.text(), t -> new TreeSet<>()).add(message.load()));
    }
    var text = new StringBuilder();
    line(text, List.of("error, first line", "seen by"));
    text.append("|---|---|\n");
    seenBy.forEach(
        (message, loads) ->
            line(text, List.of("`" + message.replace("|", "\\|") + "`", String.join(", ", loads))));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
