package io.kindling.bench;

/** What the documentation says of {@link TuningBench}. */
final class TuningDocs {

  private TuningDocs() {}

  /** The table alone: where it was taken and how it spreads stands with the figures. */
  static void add(BenchReport report, Table table) {
    report.document(table.document(), table.block(), "\n" + table.markdown() + "\n");
  }
}
