package io.kindling.faults.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.counters.Counters;
import io.kindling.counters.IncompleteRunException;
import io.kindling.counters.TaskCounters;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * An application that counts in one Spark job after the other, each a pass of one run. It does a
 * job that failed again, as an application has to.
 */
final class CommitLoad implements Load {
  private static final int PARTITIONS = 4;
  private static final int PAUSE_MILLIS = 50;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Every so many passes one whose vectors go up in chunks. */
  private static final int LARGE_EVERY = 5;

  private static final int LARGE = 1_200;

  /** For its tasks, which are in this JVM. */
  private static final Map<String, CommitLoad> RUNNING = new ConcurrentHashMap<>();

  private final JavaSparkContext spark;
  private final String run;
  private final long seed;
  private final Counters counters;
  private final Journal journal = new Journal();
  private final Set<Part> confirmed = ConcurrentHashMap.newKeySet();
  private final AtomicInteger failedJobs = new AtomicInteger();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::count, "load commits");
  private volatile int passes;
  private volatile @Nullable Throwable gaveUp;

  private record Part(int pass, int partition) {}

  CommitLoad(JavaSparkContext spark, RedisConfig config, String run, long seed) {
    this.spark = spark;
    this.run = run;
    this.seed = seed;
    counters = Counters.open(config, run);
    RUNNING.put(run, this);
    thread.start();
  }

  /** What a partition counts. */
  private SortedMap<String, Long> truth(Part part) {
    Random random = new Random(seed + 31L * (part.pass * PARTITIONS + part.partition));
    SortedMap<String, Long> truth = new TreeMap<>();
    if (part.pass % LARGE_EVERY == LARGE_EVERY - 1) {
      for (int i = 0; i < LARGE; i++) {
        truth.put("word-" + i, 1L + random.nextInt(9));
      }
    } else {
      truth.put("rows", 1L + random.nextInt(1_000));
      truth.put("kind-" + random.nextInt(20), 1L + random.nextInt(1_000));
    }
    return truth;
  }

  private static String name(int pass) {
    return "pass-" + pass;
  }

  private void count() {
    try {
      while (!stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        int pass = passes;
        passes = pass + 1;
        count(pass);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      gaveUp = e;
    }
  }

  /** Until it has got through. */
  private void count(int pass) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        runJob(pass);
        return;
      } catch (Exception e) { // Spark throws checked ones that it does not declare.
        failedJobs.incrementAndGet();
        if (System.nanoTime() - end > 0) {
          throw new IllegalStateException("Cannot count " + name(pass), e);
        }
        Servers.hold(Duration.ofMillis(PAUSE_MILLIS));
      }
    }
  }

  private void runJob(int pass) {
    Counters travelling = counters;
    String name = run;
    spark
        .parallelize(IntStream.range(0, PARTITIONS).boxed().toList(), PARTITIONS)
        .foreachPartition(
            rows -> Objects.requireNonNull(RUNNING.get(name)).runTask(travelling, pass));
  }

  private void runTask(Counters travelled, int pass) {
    TaskCounters task = travelled.forTask(name(pass));
    Part part = new Part(pass, task.partition());
    truth(part).forEach((counter, value) -> task.counter(counter).add(value));
    long begin = System.nanoTime();
    try {
      task.commit();
    } catch (KindlingException e) {
      if (!TaskContext.get().isInterrupted()) { // Else Spark has given the job up.
        journal.ended(begin, e);
      }
      throw e;
    }
    confirmed.add(part);
    journal.ended(begin, null);
  }

  @Override
  public String name() {
    return "commits";
  }

  @Override
  public Journal journal() {
    return journal;
  }

  int failedJobs() {
    return failedJobs.get();
  }

  @Override
  public void stop() throws InterruptedException {
    stop.countDown();
    thread.join();
    RUNNING.remove(run, this);
    Throwable failure = gaveUp;
    if (failure != null) {
      throw new AssertionError("The application that counts gave up", failure);
    }
  }

  /**
   * What became of the counts.
   *
   * @param lost partitions that were confirmed, and are missing
   * @param difference between the totals and the truth, when what was lost was counted again
   */
  record Balance(int lost, long difference) {}

  /** To be asked once, when it has stopped. */
  Balance balance() {
    assertThat(counters.conflicts()).as("conflicts").isEmpty();
    fold();
    Set<Part> missing = missing();
    assertThat(counters.total("rows"))
        .as("what stands in the totals is what stands in the ledgers")
        .isEqualTo(rowsWithout(missing));
    RUNNING.put(run, this);
    for (int pass : missing.stream().map(Part::pass).distinct().sorted().toList()) {
      assertThat(counters.isComplete(name(pass))).as("complete without " + missing).isFalse();
      count(pass);
    }
    RUNNING.remove(run, this);
    counters.awaitComplete(LIMIT);
    counters.seal();
    return new Balance((int) missing.stream().filter(confirmed::contains).count(), difference());
  }

  /** Large vectors whose tasks have died are in no total yet. */
  private void fold() {
    try {
      counters.awaitComplete(Duration.ofSeconds(1));
    } catch (IncompleteRunException e) {
      // Something is missing, which is looked for next.
    }
  }

  private Set<Part> missing() {
    Set<Part> missing = new HashSet<>();
    for (int pass = 0; pass < passes; pass++) {
      SortedMap<Integer, Map<String, Long>> ledger = counters.byPartition(name(pass));
      for (int partition = 0; partition < PARTITIONS; partition++) {
        Part part = new Part(pass, partition);
        if (ledger.containsKey(partition)) {
          assertThat(ledger.get(partition)).as(part.toString()).isEqualTo(truth(part));
        } else {
          missing.add(part);
        }
      }
    }
    return missing;
  }

  private long rowsWithout(Set<Part> missing) {
    return sums(missing).getOrDefault("rows", 0L);
  }

  private SortedMap<String, Long> sums(Set<Part> without) {
    SortedMap<String, Long> sums = new TreeMap<>();
    for (int pass = 0; pass < passes; pass++) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        Part part = new Part(pass, partition);
        if (!without.contains(part)) {
          truth(part).forEach((counter, value) -> sums.merge(counter, value, Long::sum));
        }
      }
    }
    return sums;
  }

  private long difference() {
    SortedMap<String, Long> truth = sums(Set.of());
    Map<String, Long> totals = counters.totals();
    long difference = 0;
    Set<String> names = new HashSet<>(truth.keySet());
    names.addAll(totals.keySet());
    for (String counter : names) {
      difference += Math.abs(totals.getOrDefault(counter, 0L) - truth.getOrDefault(counter, 0L));
    }
    return difference;
  }
}
