package io.kindling.bench;

final class TuningBench implements Benchmark {
  @Override
  public void run(BenchReport report) {}
}
