package io.kindling.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.Submission;
import io.kindling.dispatch.SubmitClient;
import io.kindling.dispatch.queue.CommandState;
import io.kindling.testing.ExecutorProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** Executors die one after the other while counts are answered: their blocks are read again. */
@Tag("local")
class ScanExecutorLostIT {
  private static final RedisConfig REDIS = TestRedis.shared().config();
  private static final int ROWS = 180_000;
  private static final int COUNTS = 60;

  private final String queue = TestRedis.prefix() + "lost";

  private static Map<String, String> conf() {
    Map<String, String> pairs = new HashMap<>();
    for (Tuple2<String, String> pair : Dispatcher.configure(new SparkConf(false)).getAll()) {
      pairs.put(pair._1(), pair._2());
    }
    return pairs;
  }

  @Test
  void counts_executorsKilledWhileTheyAreAnswered_areExact(@TempDir Path folder) throws Exception {
    try (Executors executors = Executors.start(conf());
        SubmitClient client = SubmitClient.builder(REDIS, queue, "default").build()) {
      SparkSession spark = SparkSession.builder().getOrCreate();
      String application = executors.context().sc().applicationId();
      Dispatcher dispatcher =
          Dispatcher.builder(spark, REDIS, queue)
              .cachedResults(0)
              .dataset(
                  "people",
                  spark.range(ROWS).selectExpr("id", "id % 90 age"),
                  folder.resolve("people").toString())
              .build();
      Thread driver = new Thread(dispatcher::run, "driver");
      driver.start();
      assertCounts(submit(client));

      for (ExecutorProcess executor : executorsOf(application)) {
        List<Submission> submissions = submit(client);
        awaitRunning(submissions.get(0));
        executors.kill(executor.pid());
        assertCounts(submissions);
        Executors.processes().awaitExecutors(2);
      }

      assertCounts(submit(client));
      dispatcher.close();
      driver.join();
    }
  }

  private static List<ExecutorProcess> executorsOf(String application) {
    return Executors.processes().awaitExecutors(2).stream()
        .filter(executor -> executor.applicationId().equals(application))
        .toList();
  }

  private static List<Submission> submit(SubmitClient client) {
    List<Submission> submissions = new ArrayList<>();
    for (int i = 0; i < COUNTS; i++) {
      submissions.add(
          client.submit(
              CommandRequest.of("count")
                  .with("dataset", "people")
                  .with("where", "age < " + i + " and id >= 90000")));
    }
    return submissions;
  }

  private static void awaitRunning(Submission submission) {
    Awaitility.await()
        .atMost(Signs.LIMIT)
        .until(() -> submission.state().filter(state -> state != CommandState.QUEUED).isPresent());
  }

  private static void assertCounts(List<Submission> submissions) throws Exception {
    for (int i = 0; i < COUNTS; i++) {
      assertThat(submissions.get(i).await(Signs.LIMIT))
          .startsWith("{\"count\":" + i * 1_000 + ",\"exact\":true,");
    }
  }
}
