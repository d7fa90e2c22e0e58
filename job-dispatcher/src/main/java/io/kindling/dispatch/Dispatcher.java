package io.kindling.dispatch;

import io.kindling.core.ConfigException;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.dispatch.http.PreviewServer;
import io.kindling.dispatch.http.PreviewServerOptions;
import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.dispatch.predicate.PredicateLimits;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.CommandShape;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.queue.QueueOptions;
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
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/*
 * Who does what: DispatchLoop takes commands, Scans answers counts batch by batch, Handlers the rest, ScanWatch tells how far
 * scans are, Answers is the only way to end a command. Redis is never the reason that the driver ends: what it cannot be told
 * is told again for a time, and then left to the lease.
 */

/**
 * A long-running Spark driver that answers commands of a Redis queue: all counts that wait on one
 * dataset in one pass over it.
 *
 * <pre>{@code
 * SparkConf conf = Dispatcher.configure(new SparkConf());
 * SparkSession session = SparkSession.builder().config(conf).getOrCreate();
 * Dispatcher.builder(session, "reports")
 *     .tenant("web", 3)
 *     .dataset("people", session.read().parquet("people"), "pinned/people")
 *     .build()
 *     .run();
 * }</pre>
 *
 * <p>Delivery is that of {@link CommandQueue}: a command is answered once, by this driver or by
 * another that takes over. {@link #close}, which SIGTERM leads to as well, takes no more, finishes
 * what runs and puts the rest back. docs/dispatcher.md says what happens in which failure.
 *
 * <p>Settings are those of {@code spark.kindling.dispatch.*}; the builder's methods go before them.
 */
public final class Dispatcher implements AutoCloseable {
  private static final long SEED = 42;
  private static final Duration FOR_PUTTING_BACK = Duration.ofSeconds(5);

  private final CommandQueue queue;
  private final Datasets datasets = new Datasets();
  private final Map<String, Sampling> samplings = new ConcurrentHashMap<>();
  private final SparkSession session;
  private final long memoryBytes;
  private final Map<String, ColumnRules> rules;
  private final PredicateLimits limits;
  private final Duration drain;
  private final Answers answers;
  private final ScanWatch watch;
  private final Scans scans;
  private final Handlers handlers;
  private final DispatchLoop loop;
  private final @Nullable PreviewServer preview;
  private boolean closed;

  private Dispatcher(Builder builder) {
    session = builder.session;
    memoryBytes = builder.memoryBytes;
    rules = Map.copyOf(builder.rules);
    limits = builder.limits;
    drain = builder.drain;
    Pools pools = Pools.of(session.sparkContext());
    List<CommandShape> shapes = new ArrayList<>(Handlers.shapes(builder.handlers.values()));
    shapes.add(Handlers.shape(CountCommand.NAME, CountCommand.class));
    QueueOptions options = builder.options.commands(shapes).build();
    queue = CommandQueue.open(builder.config, options, (lease, state) -> lose(lease));
    answers = new Answers(queue);
    watch = new ScanWatch(queue);
    ResultCache cache = new ResultCache(builder.cachedResults);
    ScanRecord record = new ScanRecord();
    scans = new Scans(builder.config, datasets, pools, cache, watch, record, answers, queue::wake);
    handlers = new Handlers(builder.handlers, datasets, pools, answers, builder.handlerThreads);
    loop = new DispatchLoop(queue, answers, scans, handlers, builder.batchSize);
    PreviewServer server = null;
    try {
      builder.datasets.forEach(
          (name, source) -> refresh(name, source.rows(), source.folder(), source.sampling()));
      if (builder.preview != null) {
        PreviewDoor door = new PreviewDoor(queue, datasets, pools, record);
        server = PreviewServer.start(builder.preview, builder.config, options.queue(), door);
      }
    } catch (Exception e) { // Spark throws checked ones that it does not declare.
      closeAll();
      throw e;
    }
    preview = server;
  }

  /** Sets what a dispatcher needs of Spark's scheduler: FAIR, and its pools. */
  public static SparkConf configure(SparkConf conf) {
    return Pools.configure(conf);
  }

  /**
   * A dispatcher to be configured; Redis is where the session's settings say.
   *
   * @param session whose settings say what a predicate means
   * @param queue its name
   * @throws ConfigException if a key of {@code spark.kindling.*} is unknown or has a wrong value
   */
  public static Builder builder(SparkSession session, String queue) {
    return builder(session, SparkSettings.redis(session), queue);
  }

  /**
   * A dispatcher to be configured.
   *
   * @param session whose settings say what a predicate means
   * @param queue its name
   * @throws ConfigException if a key of {@code spark.kindling.dispatch.*} is unknown or has a wrong
   *     value
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
    private final int batchSize;
    private final int handlerThreads;
    private PredicateLimits limits = PredicateLimits.defaults();
    private Duration drain;
    private int cachedResults;
    private long memoryBytes;
    private @Nullable PreviewServerOptions preview;

    private Builder(SparkSession session, RedisConfig config, String queue) {
      DispatchSettings settings = DispatchSettings.from(SparkSettings.of(session));
      this.session = session;
      this.config = config;
      this.options = settings.queue(queue);
      this.batchSize = settings.get(DispatchSettings.BATCH_SIZE);
      this.handlerThreads = settings.get(DispatchSettings.HANDLER_THREADS);
      this.drain = settings.get(DispatchSettings.DRAIN);
      this.cachedResults = settings.get(DispatchSettings.CACHED_RESULTS);
      this.memoryBytes = settings.memoryBytes();
      handler(new PreviewHandler());
      handler(new AggregateHandler());
    }

    /** Adds a kind of command. */
    public Builder handler(Handler<?> handler) {
      if (handler.name().equals(CountCommand.NAME)
          || handlers.putIfAbsent(handler.name(), handler) != null) {
        throw new IllegalArgumentException(
            "Cannot add a second handler of '%s'".formatted(handler.name()));
      }
      return this;
    }

    /** Adds a tenant that may see every column; without any there is one, {@code default}. */
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
     * Adds a dataset of which every row is kept, so that counts are exact. Its rows are written to
     * files once, so that they stay what they are.
     *
     * @param folder that does not exist yet, where all executors can read it
     */
    public Builder dataset(String name, Dataset<Row> rows, String folder) {
      return dataset(name, rows, folder, Sampling.none());
    }

    /** Adds a dataset that may be sampled. */
    public Builder dataset(String name, Dataset<Row> rows, String folder, Sampling sampling) {
      datasets.put(name, new Source(rows, folder, sampling));
      return this;
    }

    private record Source(Dataset<Row> rows, String folder, Sampling sampling) {}

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

    /** Of predicates. */
    public Builder limits(PredicateLimits newLimits) {
      limits = newLimits;
      return this;
    }

    /** Serves the preview API and its page, too; off unless this is called. */
    public Builder preview(PreviewServerOptions newPreview) {
      preview = newPreview;
      return this;
    }

    /**
     * Connects, and writes the datasets.
     *
     * @throws IllegalStateException if Spark schedules by FIFO
     * @throws RedisUnavailableException if Redis cannot be reached
     */
    public Dispatcher build() {
      return new Dispatcher(this);
    }
  }

  /**
   * Makes a new version of a dataset current, sampled as the one before, or a new dataset, of which
   * every row is kept. Commands that have begun finish on the version that they began with; results
   * of earlier versions are not used again.
   *
   * @param folder that does not exist yet, where all executors can read it
   */
  public void refresh(String name, Dataset<Row> rows, String folder) {
    refresh(name, rows, folder, samplings.getOrDefault(name, Sampling.none()));
  }

  /** The same, sampled in another way from now on. */
  public void refresh(String name, Dataset<Row> rows, String folder, Sampling sampling) {
    long numRows = rows.count();
    PinnedFrame frame = PinnedFrame.write(name, sampling.of(rows, numRows), folder, SEED);
    samplings.put(name, sampling);
    datasets.publish(
        name,
        number ->
            new DatasetVersion(name, number, frame, numRows, session, memoryBytes, rules, limits));
  }

  /** Where the preview API listens; empty if it is off. */
  public Optional<URI> previewAddress() {
    return Optional.ofNullable(preview).map(PreviewServer::address);
  }

  /**
   * Answers commands until it is closed, by another thread or when the JVM is told to end, and
   * returns when all is settled.
   */
  public void run() {
    DrainHook hook = new DrainHook(this::close, drain.plus(FOR_PUTTING_BACK.multipliedBy(2)));
    try {
      loop.run();
    } finally {
      close();
      hook.remove();
    }
  }

  /** Whose scans are in flight. */
  Set<String> scanning() {
    return scans.tenants();
  }

  /** Its result is ignored from now on, so nobody need compute it. */
  private void lose(Lease lease) {
    scans.lose(lease);
    handlers.lose(lease);
  }

  /**
   * Takes no more, finishes what runs for as long as it may, and puts the rest back. Further calls
   * wait for the first one.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (preview != null) {
      preview.close();
    }
    loop.stop();
    boolean interrupted = Thread.interrupted();
    try {
      long deadlineNanos = System.nanoTime() + drain.toNanos();
      loop.awaitEnd(deadlineNanos);
      handlers.drain(deadlineNanos);
      scans.drain(deadlineNanos);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    putBack();
    scans.cancel();
    handlers.cancel();
    closeAll();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeAll() {
    watch.close();
    queue.close();
    datasets.close();
  }

  /** By a thread that is not waited for longer than this: Redis may be away. */
  private void putBack() {
    Thread thread = Threads.named("put-back").newThread(() -> answers.putBack(queue.leases()));
    thread.start();
    try {
      thread.join(FOR_PUTTING_BACK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
