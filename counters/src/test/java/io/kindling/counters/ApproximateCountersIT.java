package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.core.testing.TestRedis;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.Test;

class ApproximateCountersIT {
  private static final TestRedis REDIS = TestRedis.shared();

  private final String run = TestRedis.prefix() + "run";
  private final String key = "kindling:count:{" + run + "}:approximate";

  @Test
  void add_isVisibleAfterABatchAndAtTheEnd() {
    int batch = REDIS.config().pipelineSize();
    try (ApproximateCounters counters = ApproximateCounters.open(REDIS.config(), run)) {
      for (int i = 0; i < batch - 1; i++) {
        counters.increment("a");
      }
      assertThat(REDIS.ask("HGET", key, "a")).isEqualTo("null");
      counters.increment("a");
      assertThat(REDIS.ask("HGET", key, "a")).isEqualTo("" + batch);
      counters.add("b", -5);
    }

    assertThat(REDIS.ask("HGET", key, "b")).isEqualTo("-5");
    assertThat(Long.parseLong(REDIS.ask("PTTL", key))).isGreaterThan(0);
  }

  @Test
  void totals_sendWhatIsPending() {
    try (ApproximateCounters counters = ApproximateCounters.open(REDIS.config(), run)) {
      counters.add("a", 3);

      assertThat(counters.totals()).isEqualTo(Map.of("a", 3L));
      assertThatIllegalArgumentException().isThrownBy(() -> counters.add("", 1));
    }
  }

  @Test
  void increment_taskFailsOnce_countsTwice() {
    String counted = run;
    LocalSpark.context()
        .parallelize(List.of(1, 2, 3), 1)
        .foreachPartition(
            rows -> {
              try (ApproximateCounters counters =
                  ApproximateCounters.open(REDIS.config(), counted)) {
                rows.forEachRemaining(row -> counters.increment("rows"));
              }
              if (TaskContext.get().attemptNumber() == 0) {
                throw new IllegalStateException("on purpose");
              }
            });

    assertThat(REDIS.ask("HGET", key, "rows")).isEqualTo("6");
  }
}
