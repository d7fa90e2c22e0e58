package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.LocalSpark;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** A task goes through the right partition once for each row of the left one. */
class CartesianIT {
  @Test
  void report_cartesianProduct_countsEachSideOnce() {
    JavaSparkContext spark = LocalSpark.context();
    try (var scenario = Recompute.on(spark)) {
      JavaRDD<Integer> left = scenario.counted("left", numbers(spark, 30));
      JavaRDD<Integer> right = scenario.counted("right", numbers(spark, 20));

      assertThat(left.cartesian(right).count()).isEqualTo(600);

      scenario.report("cartesian", 50);
      assertThat(scenario.accumulated()).isEqualTo(2 * 30 + 30 * 20);
      assertThat(scenario.incremented()).isEqualTo(2 * 30 + 30 * 20);
    }
  }

  private static JavaRDD<Integer> numbers(JavaSparkContext spark, int count) {
    return spark.parallelize(IntStream.range(0, count).boxed().toList(), 2);
  }
}
