package io.kindling.recompute;

import io.kindling.counters.recompute.StageLog;
import io.kindling.testing.ExecutorProcess;
import io.kindling.testing.SparkProcesses;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Two executors of two cores on two hosts, as Spark sees it, for one scenario. The master and the
 * workers serve all scenarios of this JVM and end with it.
 */
final class Executors implements AutoCloseable {
  private static @Nullable SparkProcesses processes;

  private final SparkProcesses spark;
  private final SparkSession session;

  private Executors(SparkProcesses spark, SparkSession session) {
    this.spark = spark;
    this.session = session;
  }

  /** Starts them; map outputs die with their executor, and nobody waits for locality or retries. */
  static Executors start(Map<String, String> conf) {
    SparkProcesses running = processes();
    Map<String, String> all = new HashMap<>();
    all.put("spark.shuffle.service.enabled", "false");
    all.put("spark.shuffle.readHostLocalDisk", "false");
    all.put("spark.shuffle.io.maxRetries", "0");
    all.put("spark.locality.wait", "0");
    all.putAll(conf);
    SparkSession session = running.session(all);
    // Lost executors and failed fetches are what is wanted; the log of each is long.
    session.sparkContext().setLogLevel("OFF");
    return new Executors(running, session);
  }

  /** The master and the workers of all scenarios. */
  static synchronized SparkProcesses processes() {
    if (processes == null) {
      processes = SparkProcesses.start(2, 2);
    }
    return processes;
  }

  JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(session.sparkContext());
  }

  /** Waits until so many task attempts have ended so. */
  static void awaitEnds(StageLog log, int number, String reason) {
    Awaitility.await(number + " times " + reason)
        .atMost(Signs.LIMIT)
        .until(() -> log.ended(reason) >= number);
  }

  static <T> T result(JavaFutureAction<T> job) throws Exception {
    return job.get(Signs.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  /** Kills the one with the most results in the stages so far; SIGKILL. */
  void killBusiest(StageLog log) {
    Map<String, Integer> successes = new HashMap<>();
    log.taskEnds().stream()
        .filter(StageLog.TaskEnd::isSuccess)
        .forEach(end -> successes.merge(end.executorId(), 1, Integer::sum));
    String busiest =
        successes.entrySet().stream()
            .max(Comparator.comparingInt(Map.Entry::getValue))
            .orElseThrow()
            .getKey();
    String application = session.sparkContext().applicationId();
    long pid =
        spark.executors().stream()
            .filter(executor -> executor.applicationId().equals(application))
            .filter(executor -> executor.executorId().equals(busiest))
            .mapToLong(ExecutorProcess::pid)
            .findFirst()
            .orElseThrow();
    kill(pid);
  }

  void kill(long pid) {
    spark.killExecutor(pid);
  }

  @Override
  public void close() {
    session.stop();
  }
}
