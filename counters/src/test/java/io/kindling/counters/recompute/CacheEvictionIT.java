package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.LocalSpark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.RDDInfo;
import org.junit.jupiter.api.Test;

/** What the cache drops for want of memory is computed again. */
class CacheEvictionIT {
  private static final JavaSparkContext SPARK = LocalSpark.context();
  private static final int MOST_FILLERS = 16;

  @Test
  void report_partitionsEvictedFromTheCache_countOnce() {
    try (var scenario = Recompute.on(SPARK)) {
      JavaRDD<Integer> rows = scenario.counted("read", scenario.numbers(4)).cache();
      rows.count();
      rows.count();
      assertThat(scenario.accumulated()).as("while all is in the cache").isEqualTo(1_000);
      assertThat(scenario.incremented()).as("while all is in the cache").isEqualTo(1_000);
      assertThat(cachedPartitions(rows)).isEqualTo(4);

      evict(rows);
      rows.count();

      scenario.report("cache eviction", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(2_000);
      assertThat(scenario.incremented()).isEqualTo(2_000);
      rows.unpersist();
    }
  }

  /** Caches other things until there is nothing left of it. */
  private static void evict(JavaRDD<?> rdd) {
    int blockBytes = (int) (SparkEnv.get().memoryManager().maxOnHeapStorageMemory() / 4);
    List<JavaRDD<byte[]>> fillers = new ArrayList<>();
    while (cachedPartitions(rdd) > 0 && fillers.size() < MOST_FILLERS) {
      JavaRDD<byte[]> filler =
          SPARK.parallelize(List.of(1), 1).map(one -> new byte[blockBytes]).cache();
      filler.count();
      fillers.add(filler);
    }
    assertThat(cachedPartitions(rdd)).as("after " + fillers.size() + " fillers").isZero();
    fillers.forEach(filler -> filler.unpersist(/* blocking= */ true));
  }

  private static int cachedPartitions(JavaRDD<?> rdd) {
    return Arrays.stream(SPARK.sc().getRDDStorageInfo())
        .filter(info -> info.id() == rdd.id())
        .mapToInt(RDDInfo::numCachedPartitions)
        .sum();
  }
}
