package io.kindling.dispatch;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.counters.Counters;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.scan.Failures;
import io.kindling.dispatch.scan.FrameScan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs batches of counts: each passes the gate, looks for what is known or being counted already,
 * and counts the rest in one pass. Safe for concurrent use.
 */
final class Scans {
  private static final Logger LOG = LoggerFactory.getLogger(Scans.class);

  private final RedisConfig config;
  private final Datasets datasets;
  private final Pools pools;
  private final ResultCache cache;
  private final ScanWatch watch;
  private final ScanRecord record;
  private final Answers answers;
  private final Runnable atEnd;
  private final ExecutorService threads = Threads.pool("scan");

  /** Parsing is a good part of what a count costs. */
  private final ExecutorService gates =
      Threads.pool("gates", Runtime.getRuntime().availableProcessors());

  private final Set<CountBatch> running = ConcurrentHashMap.newKeySet();

  /**
   * None run yet.
   *
   * @param atEnd is told whenever one has ended
   */
  Scans(
      RedisConfig config,
      Datasets datasets,
      Pools pools,
      ResultCache cache,
      ScanWatch watch,
      ScanRecord record,
      Answers answers,
      Runnable atEnd) {
    this.config = config;
    this.datasets = datasets;
    this.pools = pools;
    this.cache = cache;
    this.watch = watch;
    this.record = record;
    this.answers = answers;
    this.atEnd = atEnd;
  }

  /** Whose scans are in flight. */
  Set<String> tenants() {
    return running.stream().flatMap(each -> each.tenants().stream()).collect(Collectors.toSet());
  }

  /** Answers all commands of a batch, later. */
  void start(CountBatch batch) {
    running.add(batch);
    try {
      threads.execute(() -> run(batch));
    } catch (RejectedExecutionException e) { // The driver is ending.
      running.remove(batch);
      answers.putBack(batch.end());
    }
  }

  private void run(CountBatch batch) {
    String failure = "The scan was ended by an error of its JVM";
    try {
      String description = "%d counts on %s".formatted(batch.asked().size(), batch.dataset());
      pools.in(
          Pools.SCAN,
          batch.group(),
          description,
          () -> {
            answer(batch);
            return null;
          });
    } catch (Exception e) {
      failure = Failures.reason(e);
      if (!batch.isAbandoned()) {
        LOG.warn("Cannot scan {}, trying again later", batch.dataset(), e);
      }
    } finally {
      running.remove(batch);
      atEnd.run();
      for (Lease lease : batch.end()) {
        answers.retryLater(lease, failure);
      }
    }
  }

  private void answer(CountBatch batch) throws InterruptedException {
    DatasetVersion version;
    try {
      version = datasets.acquire(batch.dataset());
    } catch (CommandRefusedException e) {
      batch.end().forEach(lease -> answers.fail(lease, e));
      return;
    }
    try {
      batch.on(version.name());
      read(batch, version);
      List<Predicate> predicates = batch.predicates();
      if (!predicates.isEmpty()) {
        record.record(
            batch.asked().size(),
            () -> {
              FrameScan.Pass pass = count(batch, version, predicates);
              tell(batch, version, predicates, pass);
              return pass.build();
            });
      }
    } finally {
      version.release();
    }
  }

  /** What fails here fails alone. */
  private void read(CountBatch batch, DatasetVersion version) throws InterruptedException {
    List<Future<Predicate>> checked =
        gates.invokeAll(
            batch.asked().stream()
                .<Callable<Predicate>>map(
                    asked -> () -> version.checkCount(asked.lease().tenant(), asked.where()))
                .toList());
    Map<Lease, String> known = new LinkedHashMap<>();
    for (int i = 0; i < checked.size(); i++) {
      Lease lease = batch.asked().get(i).lease();
      try {
        Predicate predicate = passed(checked.get(i));
        if (joins(batch, lease, version, predicate)) {
          continue;
        }
        CountResult cached = cache.find(ResultCache.Key.of(version, predicate));
        if (cached == null) {
          batch.await(lease, predicate);
        } else if (batch.leave(lease)) {
          known.put(lease, Json.write(cached.fromCache()));
        }
      } catch (RuntimeException e) {
        if (batch.leave(lease)) {
          answers.fail(lease, e);
        }
      }
    }
    answers.finish(known);
  }

  private static Predicate passed(Future<Predicate> checked) throws InterruptedException {
    try {
      return checked.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause(); // The gate declares no checked ones.
    }
  }

  /** Looked for before the cache: a scan that ends between the two has cached its counts before. */
  private boolean joins(
      CountBatch batch, Lease lease, DatasetVersion version, Predicate predicate) {
    for (CountBatch other : running) {
      if (other != batch && other.join(lease, version.name(), predicate)) {
        if (!batch.leave(lease)) { // It was lost just now.
          other.leave(lease);
        }
        return true;
      }
    }
    return false;
  }

  /** Counts while somebody may watch; of a short scan there is nothing to see but that it runs. */
  private FrameScan.Pass count(
      CountBatch batch, DatasetVersion version, List<Predicate> predicates) {
    @Nullable Counters run =
        version.scan().isShort(predicates.size())
            ? null
            : Counters.open(config, "dispatch-" + UUID.randomUUID());
    ScanWatch.Handle watching = watch.watch(version, run, () -> batch.waitingFor(predicates));
    try {
      return version.scan().count(predicates, run);
    } finally {
      watching.close();
      if (run != null) {
        reset(run);
      }
    }
  }

  private static void reset(Counters run) {
    try {
      run.reset();
    } catch (KindlingException e) {
      LOG.debug("Cannot remove the counters of a scan; they expire", e);
    }
  }

  private void tell(
      CountBatch batch, DatasetVersion version, List<Predicate> predicates, FrameScan.Pass pass) {
    List<FrameScan.Result> results = pass.results();
    Map<Lease, String> finished = new LinkedHashMap<>();
    for (int i = 0; i < results.size(); i++) {
      Predicate predicate = predicates.get(i);
      if (results.get(i) instanceof FrameScan.Counted counted) {
        CountResult result = CountResult.of(counted, version, pass.build());
        cache.put(ResultCache.Key.of(version, predicate), result);
        String json = Json.write(result);
        batch.answer(predicate).forEach(lease -> finished.put(lease, json));
      } else if (results.get(i) instanceof FrameScan.Failed failed) {
        batch.answer(predicate).forEach(lease -> answers.fail(lease, failed.reason()));
      }
    }
    answers.finish(finished);
  }

  /** One that nobody waits for any more. If its batch has no other, the batch's jobs end. */
  void lose(Lease lease) {
    for (CountBatch batch : running) {
      if (batch.leave(lease) && batch.isAbandoned()) {
        pools.cancel(batch.group());
      }
    }
  }

  /** Takes no more, and waits for what runs; returns whether all has ended. */
  boolean drain(long deadlineNanos) throws InterruptedException {
    boolean ended = Threads.drain(threads, deadlineNanos);
    gates.shutdown();
    return ended;
  }

  /** Ends the jobs of all that still run. */
  void cancel() {
    running.forEach(batch -> pools.cancel(batch.group()));
  }
}
