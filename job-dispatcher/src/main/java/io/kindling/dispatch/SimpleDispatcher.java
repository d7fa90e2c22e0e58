package io.kindling.dispatch;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.kindling.core.KindlingException;
import io.kindling.core.NearestName;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import io.kindling.core.RedisUnavailableException;
import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateColumns;
import io.kindling.dispatch.predicate.PredicateLimits;
import io.kindling.dispatch.queue.Patience;
import io.kindling.dispatch.scan.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.util.KeyValue;

/**
 * The plainest driver that answers counts from Redis lists: BLPOP, one Spark job a command in the
 * FAIR pool of its tenant, the count to Redis. For few queries at a time, or to compare with; see
 * {@link Dispatcher} for many.
 *
 * <pre>{@code
 * SparkConf conf = SimpleDispatcher.configure(new SparkConf());
 * SparkSession session = SparkSession.builder().config(conf).getOrCreate();
 * SimpleDispatcher.builder(session, "reports")
 *     .tenant("web")
 *     .dataset("people", session.read().parquet("people"))
 *     .build()
 *     .run();
 * }</pre>
 *
 * <p>Delivery is at most once: what was popped is in this JVM only. A driver that dies, or a reply
 * of Redis that is lost, takes its commands with it, and nobody is told; whoever waits for an
 * answer needs a time limit. Predicates pass the same gate as the dispatcher's. Keys and payloads:
 * docs/format/simple-v1.md.
 */
public final class SimpleDispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SimpleDispatcher.class);
  private static final Duration BLOCK = Duration.ofSeconds(1);
  private static final double BLOCK_SECONDS = BLOCK.toSeconds();
  private static final int MAX_PAYLOAD_CHARACTERS = 1 << 20;

  private final SimpleKeys keys;
  private final Redis redis;
  private final Pools pools;
  private final Map<String, String> tenantsByList = new LinkedHashMap<>();
  private final Map<String, Cached> datasets = new LinkedHashMap<>();
  private final Duration resultTtl;
  private final Duration drain;
  private final int numThreads;
  private final ExecutorService threads;
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private final Patience patience = new Patience();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicReference<@Nullable KindlingException> refused = new AtomicReference<>();

  private SimpleDispatcher(Builder builder) {
    keys = new SimpleKeys(builder.queue);
    pools = Pools.of(builder.session.sparkContext());
    resultTtl = builder.resultTtl;
    drain = builder.drain;
    numThreads = builder.threads;
    Map<String, ColumnRules> rules = builder.rules;
    if (rules.isEmpty()) {
      rules = Map.of("default", ColumnRules.everything());
    }
    rules.keySet().forEach(tenant -> tenantsByList.put(keys.inbox(tenant), tenant));
    for (Map.Entry<String, Dataset<Row>> dataset : builder.datasets.entrySet()) {
      Dataset<Row> rows = dataset.getValue();
      boolean ours = rows.storageLevel().equals(StorageLevel.NONE());
      if (ours) {
        rows.cache().count();
      }
      Gates gates = new Gates(rows.schema(), rows.sparkSession(), rules, builder.limits);
      datasets.put(dataset.getKey(), new Cached(rows, gates, ours));
    }
    threads = Threads.pool("simple-" + builder.queue, numThreads);
    redis = Redis.connect(builder.config);
  }

  private record Cached(Dataset<Row> rows, Gates gates, boolean ours) {}

  /** Sets what is needed of Spark's scheduler: FAIR, and pools. */
  public static SparkConf configure(SparkConf conf) {
    return Pools.configure(conf);
  }

  /** A driver to be configured; Redis is where the session's settings say. */
  public static Builder builder(SparkSession session, String queue) {
    return builder(session, SparkSettings.redis(session), queue);
  }

  /** A driver to be configured. */
  public static Builder builder(SparkSession session, RedisConfig config, String queue) {
    return new Builder(session, config, queue);
  }

  /** Configures a driver. Not safe for concurrent use. */
  public static final class Builder {
    private final SparkSession session;
    private final RedisConfig config;
    private final String queue;
    private final Map<String, ColumnRules> rules = new LinkedHashMap<>();
    private final Map<String, Dataset<Row>> datasets = new LinkedHashMap<>();
    private PredicateLimits limits = PredicateLimits.defaults();
    private Duration resultTtl;
    private Duration drain;
    private int threads;

    private Builder(SparkSession session, RedisConfig config, String queue) {
      DispatchSettings settings = DispatchSettings.from(SparkSettings.of(session));
      this.session = session;
      this.config = config;
      this.queue = queue;
      resultTtl = settings.get(DispatchSettings.RESULT_TTL);
      drain = settings.get(DispatchSettings.DRAIN);
      threads = settings.get(DispatchSettings.SIMPLE_THREADS);
    }

    /** Adds a tenant that may see every column; without any there is one, {@code default}. */
    public Builder tenant(String name) {
      return tenant(name, ColumnRules.everything());
    }

    /** Adds a tenant. */
    public Builder tenant(String name, ColumnRules columns) {
      rules.put(name, columns);
      return this;
    }

    /** Adds a dataset, to be cached by Spark unless it is already. */
    public Builder dataset(String name, Dataset<Row> rows) {
      datasets.put(name, rows);
      return this;
    }

    /** How many commands are answered at once; 8. */
    public Builder threads(int newThreads) {
      if (newThreads < 1) {
        throw new IllegalArgumentException(
            "Cannot answer commands with %d threads: allowed is 1 and above".formatted(newThreads));
      }
      threads = newThreads;
      return this;
    }

    /** How long an answer can be read; 1 h. */
    public Builder resultTtl(Duration newResultTtl) {
      resultTtl = newResultTtl;
      return this;
    }

    /** How long jobs may go on when the driver is closed; 30 s. */
    public Builder drain(Duration newDrain) {
      drain = newDrain;
      return this;
    }

    /** Of predicates. */
    public Builder limits(PredicateLimits newLimits) {
      limits = newLimits;
      return this;
    }

    /**
     * Caches the datasets.
     *
     * @throws IllegalStateException if Spark schedules by FIFO
     */
    public SimpleDispatcher build() {
      return new SimpleDispatcher(this);
    }
  }

  /**
   * What it takes.
   *
   * @param id under which the answer stands
   */
  private record Command(
      @Nullable String id,
      @Nullable String command,
      @Nullable String dataset,
      @Nullable String where) {}

  /** What it answers: a count, or why there is none. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Answer(@Nullable Long count, @Nullable String error) {}

  /**
   * Answers commands until it is closed, by another thread, by an interruption, or when the JVM is
   * told to end. An outage of Redis is waited through.
   *
   * @throws RedisUnavailableException if Redis cannot be reached at the beginning
   * @throws RedisReplyException.NoPermission if Redis does not let this user take or answer
   *     commands
   */
  public void run() {
    DrainHook hook = new DrainHook(this::close, drain.plusSeconds(5));
    try {
      for (int i = 0; i < numThreads; i++) {
        List<String> lists = new ArrayList<>(tenantsByList.keySet());
        Collections.rotate(lists, i);
        Redis connection = redis.blocking(BLOCK);
        threads.execute(() -> answerAll(lists, connection));
      }
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
      hook.remove();
    }
    KindlingException refusal = refused.get();
    if (refusal != null) {
      throw refusal;
    }
  }

  private void answerAll(List<String> lists, Redis connection) {
    int failures = 0;
    try (connection) {
      while (!patience.isClosed()) {
        try {
          KeyValue<String, String> popped =
              connection.jedis().blpop(BLOCK_SECONDS, lists.toArray(String[]::new));
          Collections.rotate(lists, 1); // BLPOP looks at the first list first.
          if (popped != null) {
            answer(String.valueOf(tenantsByList.get(popped.getKey())), popped.getValue());
          }
          failures = 0;
        } catch (RedisReplyException.NoPermission e) {
          refused.compareAndSet(null, e); // Nothing that passes by itself.
          closed.countDown();
          return;
        } catch (RuntimeException e) {
          if (failures++ == 0) {
            LOG.warn("Cannot take commands or answer them at {}, trying on", redis, e);
          }
          patience.pause(failures, Long.MAX_VALUE);
        }
      }
    }
  }

  private void answer(String tenant, String payload) {
    String key;
    Command command;
    try {
      command = read(payload);
      key = keys.result(tenant, String.valueOf(command.id()));
    } catch (CommandRefusedException | IllegalArgumentException e) {
      LOG.warn("Cannot answer a payload of tenant '{}': {}", tenant, e.getMessage());
      return;
    }
    String answer = Json.write(answer(tenant, command));
    redis.jedis().set(key, answer, SetParams.setParams().px(resultTtl.toMillis()));
  }

  private static Command read(String payload) {
    if (payload.length() > MAX_PAYLOAD_CHARACTERS) {
      throw new CommandRefusedException(
          "Cannot read %,d characters: allowed are %,d"
              .formatted(payload.length(), MAX_PAYLOAD_CHARACTERS));
    }
    Command command = Json.read(payload, Command.class);
    if (command.id() == null) {
      throw new CommandRefusedException("Cannot answer a command without 'id'");
    }
    return command;
  }

  private Answer answer(String tenant, Command command) {
    try {
      return new Answer(count(tenant, command), null);
    } catch (CommandRefusedException e) {
      return new Answer(null, String.valueOf(e.getMessage()));
    } catch (Exception e) {
      LOG.debug("Cannot count '{}' of tenant '{}'", command.id(), tenant, e);
      return new Answer(null, "Cannot count: " + Failures.reason(e));
    }
  }

  private long count(String tenant, Command command) throws Exception {
    if (!"count".equals(command.command())) {
      throw new CommandRefusedException(
          "Cannot execute '%s': there is 'count' alone".formatted(command.command()));
    }
    String name = String.valueOf(command.dataset());
    Cached dataset = datasets.get(name);
    if (dataset == null) {
      throw new CommandRefusedException(
          "Cannot find the dataset '%s': the nearest is '%s'"
              .formatted(name, NearestName.to(name, datasets.keySet())));
    }
    if (command.where() == null) {
      throw new CommandRefusedException("Cannot count without 'where'");
    }
    Predicate predicate = dataset.gates().check(tenant, command.where());
    String group = "kindling " + UUID.randomUUID();
    running.add(group);
    try {
      return pools.in(
          Pools.ofTenant(tenant),
          group,
          "count of " + tenant,
          () -> dataset.rows().filter(PredicateColumns.toColumn(predicate)).count());
    } finally {
      running.remove(group);
    }
  }

  /**
   * Takes no more, waits for the jobs that run for as long as it may, and cancels the rest. Further
   * calls do nothing.
   */
  @Override
  public synchronized void close() {
    if (patience.isClosed()) {
      return;
    }
    patience.close();
    boolean interrupted = Thread.interrupted();
    long deadlineNanos = System.nanoTime() + drain.toNanos();
    try {
      if (!Threads.drain(threads, deadlineNanos)) {
        running.forEach(pools::cancel);
        Threads.drain(threads, System.nanoTime() + BLOCK.toNanos());
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    datasets.values().stream().filter(Cached::ours).forEach(each -> each.rows().unpersist());
    redis.close();
    closed.countDown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
