package io.kindling.counters;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Tells how far the running tasks of this JVM are: one daemon thread reads their plain longs and
 * writes those of a run in one call. Counting itself takes no part in this, so what the thread sees
 * may be a little old. Failures cost an estimate, nothing else.
 */
final class LiveReporter {
  private static final Logger LOG = LoggerFactory.getLogger(LiveReporter.class);

  private static final ScheduledExecutorService THREAD =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "kindling-live-counters");
            thread.setDaemon(true);
            return thread;
          });

  /** By run: there only while tasks are running. */
  private static final Map<CounterStore, LiveReporter> REPORTERS = new ConcurrentHashMap<>();

  private final CounterStore store;
  private final Set<TaskCounters> tasks = ConcurrentHashMap.newKeySet();

  /** Whose fields may be in Redis. A task that fails leaves its own there. */
  private final Set<TaskCounters> told = ConcurrentHashMap.newKeySet();

  private final Future<?> schedule;

  private LiveReporter(CounterStore store, Duration interval) {
    this.store = store;
    long nanos = interval.toNanos();
    schedule =
        THREAD.scheduleWithFixedDelay(() -> report(store), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  /** Tells about a task until it has ended. */
  static void add(CounterStore store, Duration interval, TaskCounters task) {
    if (interval.isZero()) {
      return;
    }
    REPORTERS.compute(
        store,
        (key, present) -> {
          LiveReporter reporter = present == null ? new LiveReporter(key, interval) : present;
          reporter.tasks.add(task);
          return reporter;
        });
  }

  private static void report(CounterStore store) {
    LiveReporter reporter =
        REPORTERS.computeIfPresent(
            store,
            (key, present) -> {
              present.tasks.removeIf(TaskCounters::isOver);
              if (present.tasks.isEmpty() && present.told.isEmpty()) {
                present.schedule.cancel(/* mayInterruptIfRunning= */ false);
                return null;
              }
              return present;
            });
    if (reporter != null) {
      reporter.report();
    }
  }

  private void report() {
    List<Object> fields = new ArrayList<>();
    List<TaskCounters> over = told.stream().filter(task -> !tasks.contains(task)).toList();
    for (TaskCounters task : over) {
      fields.add(task.liveField());
      fields.add(CounterStore.NOT_LIVE);
    }
    for (TaskCounters task : tasks) {
      fields.add(task.liveField());
      fields.add(task.liveRecord());
      told.add(task);
    }
    over.forEach(told::remove);
    try {
      store.live(fields);
    } catch (RuntimeException e) {
      LOG.debug("Cannot tell how far tasks of run '{}' are", store.run(), e);
    }
  }
}
