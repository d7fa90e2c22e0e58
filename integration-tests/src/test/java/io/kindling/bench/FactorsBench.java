package io.kindling.bench;

import io.kindling.bench.FactorsBed.Stream;
import io.kindling.bench.LineChart.Line;
import io.kindling.bench.LineChart.Point;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.factor.BiasedSgd;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.ImplicitSgd;
import io.kindling.ml.spark.factor.OnlineFactorTrainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;

/**
 * What does it cost to learn from every event, against the way of the seed's public code, which
 * joins the whole model with every micro-batch? {@code mvn -B -ntp -Pbench verify -Dbench=factors}
 *
 * <p>Both learn the same events by the same rule from the same initial vectors, and both are warm.
 * {@code -Dkindling.bench.shrink=50}, say in JAVA_TOOL_OPTIONS, makes everything that much smaller:
 * a test of the benchmark.
 */
final class FactorsBench implements Benchmark {

  private static final int SHRINK = Integer.getInteger("kindling.bench.shrink", 1);
  private static final int REPETITIONS = 3;
  private static final int USERS = 100_000 / SHRINK;
  private static final int ITEMS = 20_000 / SHRINK;
  private static final int BATCH = Math.max(10, 1_000 / SHRINK);

  /** Both are compiled after some twenty seconds; a batch becomes faster until then. */
  private static final int WARM_UP = Math.max(5, 1_000 / SHRINK);

  private static final int RIVAL_WARM_UP = Math.max(5, 50 / SHRINK);
  private static final int BATCHES = Math.max(5, 60 / SHRINK);
  private static final int RIVAL_BATCHES = 20;
  private static final int LONG_RUN = Math.max(50, 1_000 / SHRINK);
  private static final int WINDOW = 10;
  private static final int LISTENERS = 45_000 / SHRINK;
  private static final int LISTENS = 3_000_000 / SHRINK;
  private static final int LISTENS_A_BATCH = 50_000 / SHRINK;
  private static final int LISTENS_IN_TASKS = 500_000 / SHRINK;
  private static final int RANK = 32;
  private static final String SHAPE = USERS + " users x " + ITEMS + " items x k=" + RANK;

  private static final FactorSettings SETTINGS =
      FactorSettings.builder().rank(RANK).seed(7).learningRate(0.02).build();
  private static final FactorRule RULE = new BiasedSgd(SETTINGS);
  private static final Stream STREAM = new Stream(USERS, ITEMS, BATCH, 2);

  @Override
  public void run(BenchReport report) throws Exception {
    try (TestRedis server = TestRedis.start();
        FactorsBed bed = FactorsBed.start(server);
        AwakeCores cores = AwakeCores.start()) {
      report.measuredAgainst(server);
      report.addExact("awake_cores", "cores", cores.note(), cores.spinning());
      againstFullJoin(report, bed);
      tenTimesTheUsers(report, bed);
      thousandBatches(report, bed);
      seedsShape(report, bed);
      eventToServable(report, bed);
      TopKFigures.add(report, bed, 60_000 / SHRINK, /* rank= */ 64);
    }
  }

  private static void againstFullJoin(BenchReport report, FactorsBed bed) {
    String name = bed.filled(SETTINGS, USERS, ITEMS);
    OnlineFactorTrainer trainer = bed.trainer(name, SETTINGS, RULE).build();
    bed.millis(trainer, STREAM, 0, WARM_UP);
    double[] ours = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      ours[i] = Timing.median(bed.millis(trainer, STREAM, WARM_UP + (long) i * BATCHES, BATCHES));
    }
    report.add("online_batch_ms", "ms", BATCH + " events, " + SHAPE + ", warm", ours);
    bed.drop(name);

    var rival = new FullJoinRival(bed.context(), SETTINGS, RULE, USERS, ITEMS);
    double[] warmUp = millis(bed, RIVAL_WARM_UP, 0, rival);
    report.addExact("fulljoin_first_batch_ms", "ms", "the other's first batch", warmUp[0]);
    double[] theirs = new double[REPETITIONS];
    int batches = RIVAL_WARM_UP;
    for (int i = 0; i < REPETITIONS; i++) {
      theirs[i] = Timing.median(millis(bed, RIVAL_BATCHES, batches, rival));
      batches += RIVAL_BATCHES;
    }
    if (rival.events() != (long) batches * BATCH) {
      throw new IllegalStateException("The other has learned from " + rival.events() + " events");
    }
    rival.close();
    report.add("fulljoin_batch_ms", "ms", "the same events, model joined, kept in memory", theirs);
    report.addRatio("online_vs_fulljoin", BATCH + "-event batches, " + SHAPE, theirs, ours);
  }

  private static double[] millis(
      FactorsBed bed, int batches, long firstBatch, FullJoinRival rival) {
    double[] millis = new double[batches];
    for (int i = 0; i < batches; i++) {
      Dataset<Row> rows = STREAM.rows(bed, firstBatch + i);
      millis[i] = 1e3 * Timing.seconds(() -> rival.learn(rows));
    }
    return millis;
  }

  private static void tenTimesTheUsers(BenchReport report, FactorsBed bed) throws Exception {
    List<Integer> users = List.of(USERS, 10 * USERS);
    List<OnlineFactorTrainer> trainers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int count : users) {
      String name = bed.filled(SETTINGS, count, ITEMS);
      names.add(name);
      trainers.add(bed.trainer(name, SETTINGS, RULE).build());
    }
    long[] batches = new long[users.size()];
    double[][][] millis =
        Turns.measure(
            REPETITIONS,
            List.of(0, 1),
            i -> {
              var stream = new Stream(users.get(i), ITEMS, BATCH, 2);
              double[] all = bed.millis(trainers.get(i), stream, batches[i], BATCHES);
              batches[i] += BATCHES;
              return new double[] {Timing.median(all)};
            });
    report.add(
        "batch_10x_users_ms", "ms", BATCH + " events, " + 10 * USERS + " users", millis[1][0]);
    report.addRatio(
        "cost_10x_users_cost",
        "time of a batch with " + 10 * USERS + " users over that with " + USERS,
        millis[0][0],
        millis[1][0]);
    names.forEach(bed::drop);
  }

  private static void thousandBatches(BenchReport report, FactorsBed bed) {
    double[] early = new double[REPETITIONS];
    double[] late = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      String name = bed.filled(SETTINGS, USERS, ITEMS);
      double[] millis =
          bed.millis(bed.trainer(name, SETTINGS, RULE).build(), STREAM, 0, LONG_RUN + WINDOW / 2);
      early[i] = Timing.median(around(millis, WINDOW));
      late[i] = Timing.median(around(millis, LONG_RUN));
      bed.drop(name);
    }
    report.add("batch_10th_ms", "ms", "median of the batches about the 10th", early);
    report.add("batch_1000th_ms", "ms", "median of the batches about number " + LONG_RUN, late);
    report.addRatio(
        "batch_1000th_vs_10th_cost", "after " + LONG_RUN + " batches against 10", early, late);
  }

  private static double[] around(double[] millis, int batch) {
    return Arrays.copyOfRange(millis, batch - WINDOW / 2, batch + WINDOW / 2);
  }

  private static void seedsShape(BenchReport report, FactorsBed bed) {
    FactorSettings settings = FactorSettings.builder().rank(10).seed(7).build();
    FactorRule rule = new ImplicitSgd(settings);
    var small = new Stream(LISTENERS, ITEMS, LISTENS_A_BATCH, 12);
    var large = new Stream(LISTENERS, ITEMS, LISTENS_IN_TASKS, 12);
    List<Line> lines = new ArrayList<>();

    OnlineFactorTrainer inDriver =
        bed.trainer(bed.newName(), settings, rule).smallBatch(LISTENS_A_BATCH).build();
    lines.add(
        curve(
            report,
            "driver",
            LISTENS_A_BATCH + " a batch, in the driver",
            small,
            bed,
            (rows, batch) -> inDriver.learn(rows, "bench", batch)));
    OnlineFactorTrainer inTasks =
        bed.trainer(bed.newName(), settings, rule).smallBatch(0).blocks(4).build();
    lines.add(
        curve(
            report,
            "tasks",
            LISTENS_IN_TASKS + " a batch, in tasks",
            large,
            bed,
            (rows, batch) -> inTasks.learn(rows, "bench", batch)));
    var rival = new FullJoinRival(bed.context(), settings, rule, 0, 0);
    lines.add(
        curve(
            report,
            "fulljoin",
            LISTENS_A_BATCH + " a batch, full outer join",
            small,
            bed,
            (rows, batch) -> rival.learn(rows)));
    rival.close();
    report.add(
        new LineChart(
            "listens",
            LISTENERS + " users, 12 partitions, implicit listens, k=10",
            "listens learned",
            "seconds",
            lines));
  }

  private interface Learning {
    void learn(Dataset<Row> rows, long batch);
  }

  /** The seconds after each batch, and how fast each third was. */
  private static Line curve(
      BenchReport report, String name, String label, Stream stream, FactorsBed bed, Learning way) {
    int batches = LISTENS / stream.eventsPerBatch();
    List<Point> points = new ArrayList<>();
    double[] thirds = new double[3];
    double seconds = 0;
    for (int batch = 0; batch < batches; batch++) {
      int number = batch;
      Dataset<Row> rows = stream.rows(bed, batch);
      double one = Timing.seconds(() -> way.learn(rows, number));
      seconds += one;
      thirds[3 * batch / batches] += one;
      points.add(new Point((batch + 1.0) * stream.eventsPerBatch(), seconds));
    }
    report.add(
        "listens_" + name + "_per_s",
        "1/s",
        "each third of " + LISTENS + " listens, " + label,
        Arrays.stream(thirds).map(third -> LISTENS / 3.0 / third).toArray());
    return new Line(label, points);
  }

  /** A file comes with one event; how long until a reader sees its user's vector moved. */
  private static void eventToServable(BenchReport report, FactorsBed bed) throws Exception {
    Path folder = Files.createTempDirectory("kindling-bench-");
    Path files = Files.createDirectory(folder.resolve("files"));
    String name = bed.filled(SETTINGS, USERS, ITEMS);
    FactorTable table = bed.store().open(name);
    StreamingQuery query =
        bed.spark()
            .readStream()
            .schema(FactorsBed.SCHEMA)
            .json(files.toString())
            .writeStream()
            .option("checkpointLocation", folder.resolve("checkpoint").toString())
            .foreachBatch(bed.trainer(name, SETTINGS, RULE).build().eachBatch())
            .start();
    IntConsumer event = number -> writeAndAwait(folder, files, number, table, query);
    int events = Math.max(3, 40 / SHRINK);
    Timing.micros(events, event);
    double[] millis = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      int first = (i + 1) * events;
      millis[i] = Timing.median(Timing.micros(events, j -> event.accept(first + j))) / 1e3;
    }
    query.stop();
    report.add(
        "event_to_servable_p50_ms",
        "ms",
        "a JSON file appears, Structured Streaming without pause, until a reader sees the vector",
        millis);
    bed.drop(name);
  }

  private static void writeAndAwait(
      Path folder, Path files, int number, FactorTable table, StreamingQuery query) {
    int[] user = {number};
    int before = table.read(FactorKind.USER, user).of(number).count;
    String event =
        "{\"user\":%d,\"item\":%d,\"rating\":4,\"time\":%d}".formatted(number, number % 7, number);
    try {
      Path written = Files.writeString(folder.resolve("event-" + number), event);
      Files.move(written, files.resolve(number + ".json"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    while (table.read(FactorKind.USER, user).of(number).count == before) {
      if (!query.isActive()) {
        throw new IllegalStateException("The query has ended", query.exception().get());
      }
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
    }
  }
}
