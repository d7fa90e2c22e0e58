package io.kindling.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.CommandResult;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.SubmitClient;
import io.kindling.dispatch.queue.CommandState;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 20 counts a second, {@code -Dkindling.soak.minutes=30} long: none is lost or stuck, and neither
 * the heap nor Redis nor the compiled code grows. {@code mvn -B -ntp -Psoak -pl integration-tests
 * -am verify}
 */
@Tag("soak")
class DispatcherSoakIT {
  private static final double MINUTES =
      Double.parseDouble(System.getProperty("kindling.soak.minutes", "30"));
  private static final int PER_SECOND = 20;
  private static final int SAMPLES = 30;
  private static final Duration RESULTS = Duration.ofSeconds(10);
  private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");

  @TempDir private Path folder;

  private final Queue<Long> latencyNanos = new ConcurrentLinkedQueue<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  @Test
  void dispatcher_steadyLoad_losesNothingAndDoesNotGrow() throws Exception {
    SparkSession session =
        SparkSession.builder()
            .config(Dispatcher.configure(new SparkConf()))
            .appName("soak")
            .master("local[2]")
            .getOrCreate();
    List<double[]> samples = new ArrayList<>();
    try (TestRedis server = TestRedis.start()) {
      Dispatcher dispatcher =
          Dispatcher.builder(session, server.config(), "soak")
              .tenant("web", 1)
              .dataset(
                  "people",
                  session.range(200_000).selectExpr("id", "id % 97 age", "id % 1009 level"),
                  folder.resolve("people").toString())
              .queueOptions(options -> options.resultTtl(RESULTS))
              .build();
      Thread driver = new Thread(dispatcher::run, "soak-driver");
      driver.start();
      ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
      try (SubmitClient client = SubmitClient.builder(server.config(), "soak", "web").build()) {
        Random random = new Random(42);
        var submitting =
            clock.scheduleAtFixedRate(
                () -> submit(client, random), 0, 1_000_000 / PER_SECOND, TimeUnit.MICROSECONDS);
        long start = System.nanoTime();
        for (int i = 1; i <= SAMPLES; i++) {
          long due = (long) (MINUTES * 60e9 * i / SAMPLES);
          Awaitility.await()
              .timeout(Duration.ofHours(10))
              .pollInterval(Duration.ofMillis(100))
              .until(() -> System.nanoTime() - start >= due || submitting.isDone());
          samples.add(new double[] {heapMiB(), redisMiB(server), codeMiB()});
        }
        submitting.cancel(false);
        clock.shutdown();
        assertThat(clock.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        Awaitility.await()
            .atMost(Duration.ofMinutes(1))
            .until(() -> answered.get() + failed.get() >= sent.get());
      } finally {
        clock.shutdownNow();
        dispatcher.close();
        driver.join();
      }
    }
    print(samples);

    assertThat(sent.get()).isGreaterThan((int) (MINUTES * 60 * PER_SECOND * 9 / 10));
    assertThat(failed).hasValue(0);
    assertThat(answered).hasValue(sent.get());
    assertFlat(samples, 0);
    assertFlat(samples, 1);
    assertFlat(samples, 2);
  }

  private void submit(SubmitClient client, Random random) {
    String where =
        "age < %d and level >= %d and id <> %d"
            .formatted(random.nextInt(97), random.nextInt(1009), sent.incrementAndGet());
    long start = System.nanoTime();
    var unused =
        client
            .submit(CommandRequest.of("count").with("dataset", "people").with("where", where))
            .result()
            .whenComplete((result, failure) -> end(result, failure, start));
  }

  private void end(@Nullable CommandResult result, @Nullable Throwable failure, long start) {
    if (failure == null && result != null && result.state() == CommandState.RESULT_READY) {
      latencyNanos.add(System.nanoTime() - start);
      answered.incrementAndGet();
    } else {
      failed.incrementAndGet();
    }
  }

  private static double heapMiB() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / 1048576.0;
  }

  private static double redisMiB(TestRedis server) {
    Matcher used = USED.matcher(server.ask("INFO", "memory"));
    assertThat(used.find()).isTrue();
    return Long.parseLong(used.group(1)) / 1048576.0;
  }

  /** Of compiled methods: a JVM without room for more is slow, and Spark's tasks in it can die. */
  private static double codeMiB() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getName().startsWith("Code"))
            .mapToLong(pool -> pool.getUsage().getUsed())
            .sum()
        / 1048576.0;
  }

  private void print(List<double[]> samples) {
    double[] millis = latencyNanos.stream().mapToDouble(nanos -> nanos / 1e6).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "Soak of %.1f min: %d sent, %d answered, %d failed, %d stuck; p50 %.1f ms, p99 %.1f ms%n",
        MINUTES,
        sent.get(),
        answered.get(),
        failed.get(),
        sent.get() - answered.get() - failed.get(),
        millis[millis.length / 2],
        millis[millis.length * 99 / 100]);
    System.out.printf(
        Locale.ROOT,
        "Thirds: heap after GC %.1f, %.1f, %.1f MiB; Redis %.2f, %.2f, %.2f MiB; code %.1f, %.1f, %.1f MiB%n",
        third(samples, 0, 0),
        third(samples, 1, 0),
        third(samples, 2, 0),
        third(samples, 0, 1),
        third(samples, 1, 1),
        third(samples, 2, 1),
        third(samples, 0, 2),
        third(samples, 1, 2),
        third(samples, 2, 2));
  }

  /** The median of a third of the samples. */
  private static double third(List<double[]> samples, int third, int value) {
    double[] values =
        samples.subList(third * SAMPLES / 3, (third + 1) * SAMPLES / 3).stream()
            .mapToDouble(sample -> sample[value])
            .toArray();
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static void assertFlat(List<double[]> samples, int value) {
    assertThat(third(samples, 2, value)).isLessThanOrEqualTo(1.1 * third(samples, 1, value));
  }
}
