package io.kindling.dispatch;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.dispatch.http.PreviewServer;
import io.kindling.dispatch.http.PreviewServerOptions;
import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateLimits;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.CommandShape;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.queue.QueueOptions;
import io.kindling.dispatch.queue.TakeLimits;
import io.kindling.dispatch.scan.PinnedFrame;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A long-running Spark driver that answers commands of a Redis queue: all counts that wait on one
 * dataset in one pass over it.
 *
 * <pre>{@code
 * SparkConf conf = Dispatcher.configure(new SparkConf());
 * SparkSession session = SparkSession.builder().config(conf).getOrCreate();
 * Dispatcher.builder(session, RedisConfig.parse("redis://localhost"), "reports")
 *     .tenant("web", 3)
 *     .dataset("people", session.read().parquet("people"), "pinned/people")
 *     .build()
 *     .run();
 * }</pre>
 *
 * <p>Delivery is that of {@link CommandQueue}: a command is answered once, by this driver or by
 * another that takes over. {@link #close} takes no more, finishes what runs and puts the rest back.
 */
public final class Dispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private static final String COUNT = "count";
  private static final long SEED = 42;

  /** Commands of a tenant that wait for its threads here, and no longer in the queue. */
  private static final int MAX_HANDLED = 64;

  /** Counters of a batch travel in one commit a partition up to this number. */
  private static final int MAX_BATCH = 1_000;

  private final CommandQueue queue;
  private final Datasets datasets = new Datasets();
  private final Pools pools;
  private final Handlers handlers;
  private final ResultCache cache;
  private final ScanWatch watch;
  private final RedisConfig config;
  private final Duration drain;
  private final SparkSession session;
  private final long memoryBytes;
  private final Map<String, ColumnRules> rules;
  private final PredicateLimits limits;
  private final ScanRecord scans = new ScanRecord();
  private final @Nullable PreviewServer preview;
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final Set<String> scanning = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean stopping;

  private Dispatcher(Builder builder) {
    config = builder.config;
    drain = builder.drain;
    cache = new ResultCache(builder.cachedResults);
    pools = Pools.of(builder.session.sparkContext());
    session = builder.session;
    memoryBytes = builder.memoryBytes;
    rules = Map.copyOf(builder.rules);
    limits = builder.limits;
    builder.datasets.forEach((name, source) -> refresh(name, source.rows(), source.folder()));
    handlers = new Handlers(builder.handlers, datasets, pools);
    List<CommandShape> shapes = new ArrayList<>(Handlers.shapes(builder.handlers.values()));
    shapes.add(Handlers.shape(COUNT, CountCommand.class));
    queue =
        CommandQueue.open(
            config,
            builder.options.commands(shapes).build(),
            (lease, state) -> handlers.cancel(lease));
    watch = new ScanWatch(queue);
    preview = builder.preview == null ? null : servePreviews(builder.preview);
  }

  private PreviewServer servePreviews(PreviewServerOptions options) {
    try {
      PreviewDoor door = new PreviewDoor(queue, datasets, pools, scans);
      return PreviewServer.start(options, config, queue.options().queue(), door);
    } catch (KindlingException | IllegalArgumentException e) {
      watch.close();
      queue.close();
      datasets.close();
      throw e;
    }
  }

  /** Sets what a dispatcher needs of Spark's scheduler: FAIR, and its pools. */
  public static SparkConf configure(SparkConf conf) {
    return Pools.configure(conf);
  }

  /**
   * A dispatcher to be configured.
   *
   * @param session whose settings say what a predicate means
   * @param queue its name
   */
  public static Builder builder(SparkSession session, RedisConfig config, String queue) {
    return new Builder(session, config, queue);
  }

  /** Configures a dispatcher. Not safe for concurrent use. */
  public static final class Builder {
    private final SparkSession session;
    private final RedisConfig config;
    private final QueueOptions.Builder options;
    private final Map<String, ColumnRules> rules = new HashMap<>();
    private final Map<String, Source> datasets = new LinkedHashMap<>();
    private final Map<String, Handler<?>> handlers = new LinkedHashMap<>();
    private PredicateLimits limits = PredicateLimits.defaults();
    private Duration drain = Duration.ofSeconds(30);
    private int cachedResults = 10_000;
    private long memoryBytes = Long.MAX_VALUE;
    private @Nullable PreviewServerOptions preview;

    private Builder(SparkSession session, RedisConfig config, String queue) {
      this.session = session;
      this.config = config;
      this.options = QueueOptions.builder(queue);
      handler(new PreviewHandler());
      handler(new AggregateHandler());
    }

    /** Adds a kind of command. */
    public Builder handler(Handler<?> handler) {
      if (handler.name().equals(COUNT) || handlers.putIfAbsent(handler.name(), handler) != null) {
        throw new IllegalArgumentException(
            "Cannot add a second handler of '%s'".formatted(handler.name()));
      }
      return this;
    }

    /** Adds a tenant that may see every column. */
    public Builder tenant(String name, double weight) {
      return tenant(name, weight, ColumnRules.everything());
    }

    /** Adds a tenant. */
    public Builder tenant(String name, double weight, ColumnRules columns) {
      options.tenant(name, weight);
      rules.put(name, columns);
      return this;
    }

    /** How the queue is worked on, beyond tenants and commands. */
    public Builder queueOptions(Consumer<QueueOptions.Builder> change) {
      change.accept(options);
      return this;
    }

    /**
     * Adds a dataset. Its rows are written to files once, so that they stay what they are.
     *
     * @param folder that does not exist yet, where all executors can read it
     */
    public Builder dataset(String name, Dataset<Row> rows, String folder) {
      datasets.put(name, new Source(rows, folder));
      return this;
    }

    private record Source(Dataset<Row> rows, String folder) {}

    /** What the columns of a dataset may take of the executors' memory; no bound. */
    public Builder memoryBytes(long newMemoryBytes) {
      memoryBytes = newMemoryBytes;
      return this;
    }

    /** Results that are remembered; 10,000, or 0 for none. */
    public Builder cachedResults(int newCachedResults) {
      cachedResults = newCachedResults;
      return this;
    }

    /** How long commands may go on when the dispatcher is closed; 30 s. */
    public Builder drain(Duration newDrain) {
      drain = newDrain;
      return this;
    }

    /** Serves the preview API and its page, too; off unless this is called. */
    public Builder preview(PreviewServerOptions newPreview) {
      preview = newPreview;
      return this;
    }

    /** Of predicates. */
    public Builder limits(PredicateLimits newLimits) {
      limits = newLimits;
      return this;
    }

    /**
     * Writes the datasets and connects.
     *
     * @throws IllegalStateException if Spark schedules by FIFO
     */
    public Dispatcher build() {
      return new Dispatcher(this);
    }
  }

  /**
   * Makes a new version of a dataset, or a new dataset, current. Commands that have begun finish on
   * the version that they began with; results of earlier versions are not used again.
   *
   * @param folder that does not exist yet, where all executors can read it
   */
  public void refresh(String name, Dataset<Row> rows, String folder) {
    PinnedFrame frame = PinnedFrame.write(name, rows, folder, SEED);
    datasets.publish(
        name,
        number -> new DatasetVersion(name, number, frame, 1, session, memoryBytes, rules, limits));
  }

  /** Where the preview API listens; empty if it is off. */
  public Optional<URI> previewAddress() {
    return Optional.ofNullable(preview).map(PreviewServer::address);
  }

  /** Answers commands until it is closed, by another thread or when the JVM is told to end. */
  public void run() {
    Thread hook = new Thread(this::close, "kindling-drain");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      answer();
    } finally {
      stopped.countDown();
      if (!stopping) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    }
  }

  private void answer() {
    while (!stopping) {
      if (!queue.awaitWork(LONGEST_WAIT, this::takeLimits)) {
        continue;
      }
      try {
        dispatch(queue.take(takeLimits()));
      } catch (RedisUnavailableException e) {
        LOG.warn("Cannot take commands, trying on", e); // What was leased becomes ready again.
      }
    }
  }

  /** A tenant whose scan is in flight waits: what it pushes meanwhile goes into the next one. */
  private TakeLimits takeLimits() {
    Map<String, Integer> byTenant = new HashMap<>();
    for (String tenant : queue.options().tenants().keySet()) {
      byTenant.put(tenant, handlers.inFlight(tenant) < MAX_HANDLED ? MAX_BATCH : 0);
    }
    scanning.forEach(tenant -> byTenant.put(tenant, 0));
    return new TakeLimits(MAX_BATCH, byTenant);
  }

  private void dispatch(List<Lease> leases) {
    Map<String, CountBatch> batches = new LinkedHashMap<>();
    Map<Lease, String> known = new HashMap<>();
    for (Lease lease : leases) {
      if (!lease.command().equals(COUNT)) {
        handlers.start(lease, queue);
        continue;
      }
      try {
        add(lease, batches, known);
      } catch (CommandRefusedException e) {
        queue.fail(lease, String.valueOf(e.getMessage()));
      }
    }
    if (!known.isEmpty()) {
      queue.finish(known);
    }
    batches.values().forEach(this::start);
  }

  private void add(Lease lease, Map<String, CountBatch> batches, Map<Lease, String> known) {
    CountCommand command = Json.read(lease.payload(), CountCommand.class);
    CountBatch batch =
        batches.computeIfAbsent(command.dataset(), name -> new CountBatch(datasets.acquire(name)));
    Predicate predicate = batch.version().checkCount(lease.tenant(), command.where());
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
                  scans.record(batch.leases().size(), () -> batch.run(queue, cache, config, watch));
                  return null;
                });
          } catch (Exception e) {
            LOG.warn("Cannot scan {}, trying again later", batch.version().name(), e);
            for (Lease lease : new ArrayList<>(batch.leases())) {
              retry(lease, e);
            }
          } finally {
            scanning.removeAll(tenants);
            queue.wake();
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

  /** Takes no more, finishes what runs for as long as it may, and puts the rest back. */
  @Override
  public synchronized void close() {
    if (stopping) {
      return;
    }
    stopping = true;
    if (preview != null) {
      preview.close();
    }
    workers.shutdown();
    long deadlineNanos = System.nanoTime() + drain.toNanos();
    try {
      boolean ended = handlers.drain(drain);
      long left = deadlineNanos - System.nanoTime();
      if (!workers.awaitTermination(Math.max(0, left), TimeUnit.NANOSECONDS) || !ended) {
        queue.requeue(queue.leases());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    watch.close();
    queue.close();
    datasets.close();
  }

  /** The parameters of {@code count}. */
  record CountCommand(String dataset, String where) {}
}
