package io.kindling.bench;

import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Submission;
import io.kindling.dispatch.SubmitClient;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** One JVM of {@link SparkTuning}: a workload and Spark's settings in, figures out. */
final class SparkTuningFork {
  /** Begins the lines of figures, one value a repetition. */
  static final String FIGURE = "figure: ";

  static final int ROWS = 500_000;
  static final List<Integer> PARTITIONS = List.of(2, 4, 16, 64, 256);

  private static final int REPETITIONS = 5;
  private static final int JOBS = 1_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final TestRedis server;
  private final Path folder;
  private final Dataset<Row> rows;
  private final QueryMix mix =
      QueryMix.distinct(DispatchFrames.narrowColumns(ROWS), DispatchBench.QUERIES, 7);

  private SparkTuningFork(TestRedis server, SparkSession session, Path folder) {
    this.server = server;
    this.folder = folder;
    rows = DispatchFrames.narrow(session, ROWS);
  }

  /** What is measured. */
  enum Workload {
    AGGREGATES,
    PARTITIONS,
    BEHIND,
    JOBS
  }

  /** A workload, then settings as {@code key=value}. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> settings = new HashMap<>();
    for (String argument : List.of(arguments).subList(1, arguments.length)) {
      String[] pair = argument.split("=", 2);
      settings.put(pair[0], pair[1]);
    }
    Path folder = Files.createTempDirectory("kindling-tuning-");
    try (TestRedis server = TestRedis.start()) {
      SparkSession session = DispatchBed.session(settings);
      new SparkTuningFork(server, session, folder).run(Workload.valueOf(arguments[0]));
      session.stop();
    } finally {
      DispatchBench.delete(folder);
    }
  }

  private void run(Workload workload) throws Exception {
    switch (workload) {
      case AGGREGATES -> onADispatcher(this::aggregates);
      case PARTITIONS -> partitions();
      case BEHIND -> behind();
      case JOBS -> onADispatcher(this::jobs);
    }
  }

  private void onADispatcher(Measurement measurement) throws Exception {
    try (DispatchBed bed = DispatchBed.start(server, rows, "tuning", folder)) {
      measurement.run(bed);
    }
  }

  /** What is measured on a dispatcher. */
  private interface Measurement {
    void run(DispatchBed bed) throws Exception;
  }

  private void aggregates(DispatchBed bed) throws Exception {
    double[] aggregates = new double[REPETITIONS];
    double[] counts = new double[REPETITIONS];
    double[] heap = new double[REPETITIONS];
    try (SubmitClient client = client(DispatchBed.TENANT)) {
      for (int i = -2; i < REPETITIONS; i++) { // The first two warm up.
        int batch = 300;
        double millis = 1e3 * Timing.seconds(() -> await(client.submit(aggregate())));
        double rate = batch / bed.seconds(mix.part((i + 2) * 100, batch));
        if (i >= 0) {
          aggregates[i] = millis;
          counts[i] = rate;
          heap[i] = heapMiB();
        }
      }
    }
    print(aggregates);
    print(counts);
    print(heap);
  }

  private void partitions() throws Exception {
    int part = 20;
    for (int partitions : PARTITIONS) {
      String name = "tuning-" + partitions;
      try (JobsRival simple = new JobsRival(server, rows.repartition(partitions), name)) {
        double[] rates = new double[REPETITIONS];
        for (int i = -2; i < REPETITIONS; i++) {
          int from = (i + 2) * part;
          long start = System.nanoTime();
          simple.jobs(mix.part(from, part));
          if (i >= 0) {
            rates[i] = part / ((System.nanoTime() - start) / 1e9);
          }
        }
        print(rates);
      }
    }
  }

  /**
   * Counts while four aggregates are under way all the time, each in the pool of its tenant.
   * Spark's jobs alone, since a dispatcher does not start without FAIR.
   */
  private void behind() throws Exception {
    Dataset<Row> cached = rows.repartition(16).cache();
    cached.count();
    double[] medians = new double[REPETITIONS];
    double[] longest = new double[REPETITIONS];
    AtomicBoolean ended = new AtomicBoolean();
    List<Thread> others =
        Stream.generate(() -> new Thread(() -> aggregateUntil(ended, cached))).limit(4).toList();
    others.forEach(Thread::start);
    inPool("counts");
    for (int i = -1; i < REPETITIONS; i++) {
      double[] millis = new double[20];
      for (int j = 0; j < millis.length; j++) {
        String one = mix.queries().get((i + 1) * millis.length + j);
        millis[j] = 1e3 * Timing.seconds(() -> cached.filter(one).count());
      }
      if (i >= 0) {
        medians[i] = Timing.median(millis);
        longest[i] = Arrays.stream(millis).max().orElseThrow();
      }
    }
    ended.set(true);
    for (Thread other : others) {
      other.join();
    }
    print(medians);
    print(longest);
  }

  private void inPool(String pool) {
    rows.sparkSession().sparkContext().setLocalProperty("spark.scheduler.pool", pool);
  }

  private void aggregateUntil(AtomicBoolean ended, Dataset<Row> cached) {
    inPool("aggregates");
    while (!ended.get()) {
      cached
          .groupBy("city")
          .agg(functions.count("*"), functions.sum("balance"), functions.avg("score"))
          .collectAsList();
    }
  }

  /** What is left on the heap by a thousand jobs. */
  private void jobs(DispatchBed bed) throws Exception {
    double[] heap = new double[REPETITIONS];
    double[] blocks = new double[REPETITIONS];
    double[] millis = new double[REPETITIONS];
    for (int i = 0; i < 50; i++) {
      bed.seconds(mix.part(i, 1));
    }
    bed.seconds(mix.queries());
    double before = heapMiB();
    int part = JOBS / REPETITIONS;
    for (int i = 0; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      for (int j = 0; j < part; j++) {
        bed.seconds(mix.part(i * part + j, 1));
      }
      millis[i] = (System.nanoTime() - start) / 1e6 / part;
    }
    for (int i = 0; i < REPETITIONS; i++) {
      heap[i] = heapMiB() - before;
      blocks[i] = broadcasts();
    }
    print(heap);
    print(blocks);
    print(millis);
  }

  private static double broadcasts() {
    return SparkEnv.get().blockManager().getMatchingBlockIds(id -> id.isBroadcast()).size();
  }

  private SubmitClient client(String tenant) {
    return SubmitClient.builder(server.config(), "tuning", tenant).build();
  }

  private static CommandRequest aggregate() {
    return CommandRequest.of("aggregate")
        .with("dataset", "rows")
        .with("groupBy", List.of("city"))
        .with(
            "measures",
            List.of(
                Map.of("function", "count"),
                Map.of("function", "sum", "column", "balance"),
                Map.of("function", "avg", "column", "score")));
  }

  private static void await(Submission submission) {
    try {
      submission.await(LIMIT);
    } catch (InterruptedException | TimeoutException e) {
      throw new IllegalStateException("Cannot wait for " + submission.id(), e);
    }
  }

  private static double heapMiB() {
    double least = Double.MAX_VALUE;
    for (int i = 0; i < 3; i++) { // What the cleaner frees after one is gone after the next.
      System.gc();
      least =
          Math.min(
              least,
              ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1048576.0);
    }
    return least;
  }

  private static void print(double[] values) {
    System.out.println(
        FIGURE + Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(" ")));
  }
}
