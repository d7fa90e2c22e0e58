package io.kindling.bench;

/** A chart of a benchmark, drawn without a library so that the same figures give the same bytes. */
sealed interface Chart permits BarChart, LineChart {
  /** What distinguishes it from the benchmark's other charts; part of the file name. */
  String name();

  /** The drawing. */
  String svg();
}
