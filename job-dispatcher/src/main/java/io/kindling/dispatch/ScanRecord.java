package io.kindling.dispatch;

import io.kindling.dispatch.http.PreviewSource.ScanFigures;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Adds up the scans of a driver. Thread-safe. */
final class ScanRecord {
  private final LongAdder scans = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder counts = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final LongAdder buildNanos = new LongAdder();

  /** Does a scan of so many counts, which tells how long it took to make columns. */
  void record(int numCounts, Supplier<Duration> scan) {
    long start = System.nanoTime();
    boolean done = false;
    try {
      buildNanos.add(scan.get().toNanos());
      done = true;
    } finally {
      if (done) {
        scans.increment();
        counts.add(numCounts);
        nanos.add(System.nanoTime() - start);
      } else {
        failed.increment();
      }
    }
  }

  ScanFigures figures() {
    return new ScanFigures(
        scans.sum(), failed.sum(), counts.sum(), nanos.sum() / 1e9, buildNanos.sum() / 1e9);
  }
}
