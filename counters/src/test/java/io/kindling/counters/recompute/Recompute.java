package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Counters;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * A scenario: a run and an accumulator that count the same, and a log of what Spark did.
 *
 * <p>The accumulator counts where the run counts, so what it has more than the truth is what Spark
 * computed again and reported.
 */
public final class Recompute implements AutoCloseable {
  /** The counter that is compared with the accumulator. */
  public static final String ROWS = "rows";

  private final JavaSparkContext spark;
  private final Counters counters;
  private final LongAccumulator accumulator;
  private final StageLog log;

  private Recompute(JavaSparkContext spark) {
    this.spark = spark;
    this.counters = Counters.open(TestRedis.shared().config(), TestRedis.prefix() + "run");
    this.accumulator = spark.sc().longAccumulator();
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

  /** Counts rows in {@link #ROWS}, and each in the accumulator. */
  public <T> JavaRDD<T> counted(String pass, JavaRDD<T> rdd) {
    LongAccumulator adding = accumulator;
    return counters.counted(
        pass,
        rdd,
        (row, task) -> {
          task.counter(ROWS).increment();
          adding.add(1);
          return row;
        });
  }

  /** The run. */
  public Counters counters() {
    return counters;
  }

  /** For closures. */
  public LongAccumulator accumulator() {
    return accumulator;
  }

  /** What the accumulator shows on the driver now. */
  public long accumulated() {
    return accumulator.value();
  }

  /** What Spark did so far. */
  public StageLog log() {
    return log;
  }

  /** Asserts that the run is complete and has the truth, and writes a line of the table. */
  public void report(String way, long truth) {
    RecomputeReport.line(
        way, truth, accumulated(), String.valueOf(counters.total(ROWS)), log.summary());
    assertThat(counters.conflicts()).isEmpty();
    assertThat(counters.missing()).isEmpty();
    assertThat(counters.isComplete()).isTrue();
    assertThat(counters.total(ROWS)).as(way).isEqualTo(truth);
  }

  /** Asserts that the run says that it is not complete, and writes a line of the table. */
  public void reportIncomplete(String way, String pass, long truth, Integer... missing) {
    RecomputeReport.line(
        way,
        truth,
        accumulated(),
        counters.total(ROWS) + ", incomplete without partitions " + counters.missing().get(pass),
        log.summary());
    assertThat(counters.isComplete()).isFalse();
    assertThat(counters.missing()).containsOnlyKeys(pass);
    assertThat(counters.missing().get(pass)).containsExactlyElementsOf(List.of(missing));
  }

  @Override
  public void close() {
    log.close();
    counters.reset();
  }
}
