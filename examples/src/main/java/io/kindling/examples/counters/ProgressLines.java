package io.kindling.examples.counters;

import io.kindling.core.KindlingException;
import io.kindling.counters.Counters;
import io.kindling.counters.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/** Reads a run while its job runs, as any other process could, and prints how far it is. */
final class ProgressLines implements AutoCloseable {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Counters counters;
  private final PrintStream out;
  private final long startNanos = System.nanoTime();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
          });

  private @Nullable Progress last;

  ProgressLines(Counters counters, PrintStream out) {
    this.counters = counters;
    this.out = out;
  }

  void start() {
    long millis = INTERVAL.toMillis();
    var unused = timer.scheduleAtFixedRate(this::print, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void print() {
    Progress progress;
    try {
      progress = counters.progress();
    } catch (KindlingException | JedisException e) {
      return; // the job itself meets the same, and says so
    }
    if (progress.expectedPartitions() == 0 || progress.equals(last)) {
      return;
    }
    last = progress;
    out.printf(
        Locale.ROOT,
        "  %4.1f s  %2d of %2d partitions in the totals, %d running, about %,7d ratings%n",
        Duration.ofNanos(System.nanoTime() - startNanos).toMillis() / 1e3,
        progress.committedPartitions(),
        progress.expectedPartitions(),
        progress.liveAttempts(),
        progress.estimatedTotals().getOrDefault(Tallies.RATINGS, 0L));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
