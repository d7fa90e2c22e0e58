package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.TestRedis;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;

/** Two partitions that count 2^63 - 1 each: what becomes of a total that has 64 bits. */
class OverflowIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final JavaSparkContext SPARK = LocalSpark.context();

  private final String run = TestRedis.prefix() + "run";
  private final JavaRDD<Long> rows = SPARK.parallelize(List.of(Long.MAX_VALUE, Long.MAX_VALUE), 2);

  @Test
  void accumulator_beyond64Bits_wrapsAround() {
    LongAccumulator sum = SPARK.sc().longAccumulator();

    rows.foreach(sum::add);

    assertThat(sum.value()).isEqualTo(-2);
  }

  @Test
  void approximateCounters_beyond64Bits_areRefusedByRedis() {
    try (ApproximateCounters counters = ApproximateCounters.open(REDIS.config(), run)) {
      counters.add("sum", Long.MAX_VALUE);
      counters.flush();
      counters.increment("before");
      counters.add("sum", Long.MAX_VALUE);
      counters.increment("behind");

      assertThatExceptionOfType(RedisReplyException.class)
          .isThrownBy(counters::flush)
          .withMessageContaining("overflow");
      assertThat(counters.totals())
          .as("the rest of the batch is written")
          .isEqualTo(Map.of("before", 1L, "behind", 1L, "sum", Long.MAX_VALUE));
    }
  }

  @Test
  void counters_beyond64Bits_failTheTaskAndWriteNothing() {
    Counters counters = Counters.open(REDIS.config(), run);

    assertThatThrownBy(
            () ->
                rows.foreachPartition(
                    partition -> {
                      TaskCounters task = counters.forTask("p");
                      partition.forEachRemaining(row -> task.counter("sum").add(row));
                      task.commit();
                    }))
        .hasStackTraceContaining(CounterOverflowException.class.getName())
        .hasStackTraceContaining("the total is " + Long.MAX_VALUE);

    assertThat(counters.totals()).isEqualTo(Map.of("sum", Long.MAX_VALUE));
    assertThat(counters.byPartition("p")).hasSize(1);
    assertThat(counters.missing()).isIn(Map.of("p", Set.of(0)), Map.of("p", Set.of(1)));
  }
}
