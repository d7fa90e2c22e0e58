package io.kindling.dispatch;

import io.kindling.counters.Counters;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.scan.Estimate;
import io.kindling.dispatch.scan.PinnedFrame;
import io.kindling.dispatch.scan.ScanProgress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells clients how far running scans are, from what the scans' tasks have committed. */
final class ScanWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScanWatch.class);
  private static final Duration INTERVAL = Duration.ofMillis(200);

  private final CommandQueue queue;
  private final Set<Handle> running = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Threads.named("scan-watch"));
  private final ScheduledFuture<?> looking;

  ScanWatch(CommandQueue queue) {
    this.queue = queue;
    looking =
        thread.scheduleWithFixedDelay(
            this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Watches a scan until the handle is closed.
   *
   * @param run what its tasks commit to; none if they commit nothing
   * @param waiting those who wait for each predicate now, in the order of the predicates
   */
  Handle watch(
      DatasetVersion version, @Nullable Counters run, Supplier<List<List<Lease>>> waiting) {
    Handle handle = new Handle(version, run, waiting);
    running.add(handle);
    return handle;
  }

  private void look() {
    for (Handle handle : running) {
      try {
        handle.tell();
      } catch (RuntimeException e) { // Else it would be the last look.
        LOG.debug("Cannot tell how far a scan of {} is", handle.version.name(), e);
      }
    }
  }

  @Override
  public void close() {
    looking.cancel(false);
    thread.shutdownNow();
  }

  /** A scan that is watched. */
  final class Handle implements AutoCloseable {
    private final DatasetVersion version;
    private final @Nullable Counters run;

    private final Supplier<List<List<Lease>>> waiting;

    /** Rows that had been read when this was told last; less than none before the first time. */
    private long told = -1;

    private Handle(
        DatasetVersion version, @Nullable Counters run, Supplier<List<List<Lease>>> waiting) {
      this.version = version;
      this.run = run;
      this.waiting = waiting;
    }

    private void tell() {
      PinnedFrame frame = version.scan().frame();
      ScanProgress progress =
          run == null ? ScanProgress.none(frame) : ScanProgress.read(frame, run);
      if (progress.rowsRead() == told) {
        return;
      }
      told = progress.rowsRead();
      Map<Lease, String> lines = new HashMap<>();
      List<List<Lease>> leases = waiting.get();
      for (int i = 0; i < leases.size(); i++) {
        String json = Json.write(CountProgress.of(progress, i, version.totalRows()));
        leases.get(i).forEach(lease -> lines.put(lease, json));
      }
      queue.progress(lines);
    }

    @Override
    public void close() {
      running.remove(this);
    }
  }

  /**
   * How far a count is.
   *
   * @param estimatedSize rows that will have matched in the end
   * @param numRowsToRead of the dataset, or of its sample
   * @param rowsReadSoFar of them
   * @param rowsMatchedSoFar of those
   * @param totalRows of the whole dataset
   * @param standardError of the estimate, in rows
   * @param confidenceInterval two numbers, which hold the truth with a probability of 95 %
   */
  private record CountProgress(
      long estimatedSize,
      long numRowsToRead,
      long rowsReadSoFar,
      long rowsMatchedSoFar,
      long totalRows,
      double standardError,
      List<Long> confidenceInterval) {
    static CountProgress of(ScanProgress progress, int place, long totalRows) {
      Estimate estimate = progress.estimate(place, totalRows);
      return new CountProgress(
          estimate.size(),
          progress.totalRows(),
          progress.rowsRead(),
          progress.rowsMatched(place),
          totalRows,
          estimate.standardError(),
          List.of(estimate.low(), estimate.high()));
    }
  }
}
