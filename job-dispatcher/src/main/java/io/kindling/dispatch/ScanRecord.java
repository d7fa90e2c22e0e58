package io.kindling.dispatch;

import io.kindling.dispatch.http.PreviewSource.ScanFigures;
import java.util.concurrent.atomic.LongAdder;

/** Adds up the scans of a driver. Thread-safe. */
final class ScanRecord {
  private final LongAdder scans = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder counts = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  /** Does a scan of so many counts. */
  void record(int numCounts, Runnable scan) {
    long start = System.nanoTime();
    boolean done = false;
    try {
      scan.run();
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
    return new ScanFigures(scans.sum(), failed.sum(), counts.sum(), nanos.sum() / 1e9);
  }
}
