package io.kindling.dispatch;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.queue.TakeLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A long-running Spark driver that answers commands of a Redis queue. To be completed. */
final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** Counters of a batch travel in one commit a partition up to this number. */
  private static final int MAX_BATCH = 1_000;

  private final CommandQueue queue;
  private final Datasets datasets;
  private final Pools pools;
  private final ResultCache cache;
  private final ScanWatch watch;
  private final RedisConfig config;
  private final ExecutorService workers;
  private final Set<String> scanning = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean stopping;

  Dispatcher(
      CommandQueue queue,
      Datasets datasets,
      Pools pools,
      ResultCache cache,
      RedisConfig config,
      ExecutorService workers) {
    this.queue = queue;
    this.datasets = datasets;
    this.pools = pools;
    this.cache = cache;
    this.watch = new ScanWatch(queue);
    this.config = config;
    this.workers = workers;
  }

  void run() {
    while (!stopping) {
      TakeLimits limits = limits();
      if (!queue.awaitWork(LONGEST_WAIT, limits)) {
        continue;
      }
      try {
        dispatch(queue.take(limits));
      } catch (RedisUnavailableException e) {
        LOG.warn("Cannot take commands, trying on", e); // What was leased becomes ready again.
      }
    }
    stopped.countDown();
  }

  /** A tenant whose scan is in flight waits: what it pushes meanwhile goes into the next one. */
  private TakeLimits limits() {
    Map<String, Integer> byTenant = new HashMap<>();
    scanning.forEach(tenant -> byTenant.put(tenant, 0));
    return new TakeLimits(MAX_BATCH, byTenant);
  }

  private void dispatch(List<Lease> leases) {
    Map<String, CountBatch> batches = new LinkedHashMap<>();
    Map<Lease, String> known = new HashMap<>();
    for (Lease lease : leases) {
      try {
        add(lease, batches, known);
      } catch (CommandRefusedException e) {
        queue.fail(lease, String.valueOf(e.getMessage()));
      }
    }
    queue.finish(known);
    batches.values().forEach(this::start);
  }

  private void add(Lease lease, Map<String, CountBatch> batches, Map<Lease, String> known) {
    CountCommand command = Json.read(lease.payload(), CountCommand.class);
    CountBatch batch =
        batches.computeIfAbsent(
            command.dataset(), name -> new CountBatch(datasets.acquire(name)));
    Predicate predicate = batch.version().check(lease.tenant(), command.where());
    CountResult cached =
        cache.find(new ResultCache.Key(batch.version().name(), predicate.canonical()));
    if (cached == null) {
      batch.add(lease, predicate);
    } else {
      known.put(lease, Json.write(cached.fromCache()));
    }
  }

  private void start(CountBatch batch) {
    Set<String> tenants = batch.tenants();
    scanning.addAll(tenants);
    workers.execute(
        () -> {
          try {
            pools.in(
                Pools.SCAN,
                "scan of " + batch.version().name(),
                batch.leases().size() + " counts",
                () -> {
                  batch.run(queue, cache, config, watch);
                  return null;
                });
          } catch (Exception e) {
            LOG.warn("Cannot scan {}, trying again later", batch.version().name(), e);
            for (Lease lease : new ArrayList<>(batch.leases())) {
              retry(lease, e);
            }
          } finally {
            scanning.removeAll(tenants);
            batch.version().release();
          }
        });
  }

  private void retry(Lease lease, Exception failure) {
    try {
      queue.retryLater(lease, String.valueOf(failure.getMessage()));
    } catch (KindlingException e) {
      LOG.warn("Cannot put {} back; its lease will expire", lease, e);
    }
  }

  /** Takes no more, finishes for so long, and puts the rest back. */
  void drain(Duration longest) throws InterruptedException {
    stopping = true;
    workers.shutdown();
    if (!workers.awaitTermination(longest.toNanos(), TimeUnit.NANOSECONDS)) {
      queue.requeue(queue.leases());
    }
    watch.close();
    stopped.await();
    queue.close();
    datasets.close();
  }

  /** The parameters of {@code count}. */
  record CountCommand(String dataset, String where) {}
}
