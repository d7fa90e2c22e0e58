package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.ApproximateCounters;
import io.kindling.counters.Counters;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A scenario: a run and its rivals, which count the same, and a log of what Spark did.
 *
 * <p>An accumulator and plain HINCRBY count where the run counts. What the accumulator has more
 * than the truth is what Spark computed again and reported; HINCRBY has what failed attempts
 * counted too.
 */
public final class Recompute implements AutoCloseable {
  /** The counter that is compared. */
  public static final String ROWS = "rows";

  private final JavaSparkContext spark;
  private final Counters counters;
  private final Rivals rivals;
  private final StageLog log;

  private Recompute(JavaSparkContext spark) {
    this.spark = spark;
    RedisConfig config = TestRedis.shared().config();
    String run = TestRedis.prefix() + "run";
    this.counters = Counters.open(config, run);
    this.rivals = new Rivals(spark.sc().longAccumulator(), config, run);
    this.log = StageLog.of(spark.sc());
  }

  /** Opens a run of its own. */
  public static Recompute on(JavaSparkContext spark) {
    return new Recompute(spark);
  }

  /** The numbers 0 to 999. */
  public JavaRDD<Integer> numbers(int partitions) {
    return spark.parallelize(IntStream.range(0, 1_000).boxed().toList(), partitions);
  }

  /** Counts rows in {@link #ROWS}, and each by the rivals. */
  public <T> JavaRDD<T> counted(String pass, JavaRDD<T> rdd) {
    Rivals counting = rivals;
    return counters.counted(
        pass,
        rdd,
        (row, task) -> {
          task.counter(ROWS).increment();
          counting.countRow();
          return row;
        });
  }

  /** The run. */
  public Counters counters() {
    return counters;
  }

  /** For closures. */
  public Rivals rivals() {
    return rivals;
  }

  /** What the accumulator shows on the driver now. */
  public long accumulated() {
    return rivals.accumulator().value();
  }

  /** What plain HINCRBY has counted by now. */
  public long incremented() {
    try (var approximate = ApproximateCounters.open(rivals.config(), rivals.run())) {
      return approximate.totals().getOrDefault(ROWS, 0L);
    }
  }

  /** What Spark did so far. */
  public StageLog log() {
    return log;
  }

  /** Asserts that the run is complete and has the truth, and writes a line of the table. */
  public void report(String way, long truth) {
    line(way, truth, String.valueOf(counters.total(ROWS)));
    assertThat(counters.conflicts()).isEmpty();
    assertThat(counters.missing()).isEmpty();
    assertThat(counters.isComplete()).isTrue();
    assertThat(counters.total(ROWS)).as(way).isEqualTo(truth);
  }

  /** Asserts that the run says that it is not complete, and writes a line of the table. */
  public void reportIncomplete(String way, String pass, long truth, Integer... missing) {
    line(
        way,
        truth,
        counters.total(ROWS) + ", incomplete without partitions " + counters.missing().get(pass));
    assertThat(counters.isComplete()).isFalse();
    assertThat(counters.missing()).containsOnlyKeys(pass);
    assertThat(counters.missing().get(pass)).containsExactlyElementsOf(List.of(missing));
  }

  private void line(String way, long truth, String kindling) {
    RecomputeReport.line(way, truth, accumulated(), incremented(), kindling, log.summary());
  }

  @Override
  public void close() {
    log.close();
    counters.reset();
  }
}
