package io.kindling.bench;

/** One benchmark: measures, and reports every figure with its spread. */
@FunctionalInterface
interface Benchmark {
  /**
   * Runs once.
   *
   * @param report takes the figures and the charts
   */
  void run(BenchReport report) throws Exception;
}
