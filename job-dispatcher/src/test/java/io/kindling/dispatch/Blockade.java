package io.kindling.dispatch;

import io.kindling.dispatch.testing.LocalSpark;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.awaitility.Awaitility;

/**
 * Holds all slots of the local Spark until it is closed, so that whatever is begun stays under way.
 */
final class Blockade implements AutoCloseable {
  private static final Map<String, CountDownLatch> OPENED = new ConcurrentHashMap<>();
  private static final Map<String, CountDownLatch> HELD = new ConcurrentHashMap<>();
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final JavaSparkContext spark =
      JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
  private final String name = UUID.randomUUID().toString();
  private final JavaFutureAction<Void> job;

  Blockade() throws InterruptedException {
    int slots = spark.defaultParallelism();
    String key = name; // Tasks know the name alone: they run in this JVM.
    OPENED.put(key, new CountDownLatch(1));
    HELD.put(key, new CountDownLatch(slots));
    job =
        spark
            .parallelize(IntStream.range(0, slots).boxed().toList(), slots)
            .foreachPartitionAsync(
                rows -> {
                  latch(HELD, key).countDown();
                  latch(OPENED, key).await();
                });
    latch(HELD, key).await();
  }

  private static CountDownLatch latch(Map<String, CountDownLatch> latches, String key) {
    return Objects.requireNonNull(latches.get(key));
  }

  /** Waits until so many jobs besides this one are under way. */
  void awaitJobs(int number) {
    Awaitility.await(number + " jobs")
        .atMost(LIMIT)
        .until(() -> spark.statusTracker().getActiveJobIds().length == number + 1);
  }

  @Override
  public void close() {
    latch(OPENED, name).countDown();
    Awaitility.await("end of the blockade").atMost(LIMIT).until(job::isDone);
  }
}
