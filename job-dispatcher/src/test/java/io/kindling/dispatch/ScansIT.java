package io.kindling.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.queue.CommandState;
import io.kindling.dispatch.testing.LocalSpark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to counts while their scan is under way. */
class ScansIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String QUEUE = TestRedis.prefix() + "scans";
  private static final int ROWS = 9_000;

  @TempDir private static Path folder;

  private static Dispatcher dispatcher;
  private static Thread driver;
  private static SubmitClient web;
  private static SubmitClient batch;

  @BeforeAll
  static void start() {
    dispatcher =
        Dispatcher.builder(LocalSpark.session(), REDIS.config(), QUEUE)
            .tenant("web", 1)
            .tenant("batch", 1)
            .cachedResults(0)
            .queueOptions(options -> options.reapInterval(Duration.ofMillis(200)))
            .dataset("people", people(), folder.resolve("people").toString())
            .dataset("some", people(), folder.resolve("some").toString(), Sampling.share(0.2))
            .build();
    driver = new Thread(dispatcher::run, "driver of " + QUEUE);
    driver.start();
    web = SubmitClient.builder(REDIS.config(), QUEUE, "web").build();
    batch = SubmitClient.builder(REDIS.config(), QUEUE, "batch").build();
  }

  private static Dataset<Row> people() {
    return LocalSpark.session().range(ROWS).selectExpr("id", "id % 90 age");
  }

  @AfterAll
  static void stop() throws InterruptedException {
    web.close();
    batch.close();
    dispatcher.close();
    driver.join(LIMIT.toMillis());
    assertThat(driver.isAlive()).isFalse();
  }

  private static CommandRequest count(String dataset, String where) {
    return CommandRequest.of("count").with("dataset", dataset).with("where", where);
  }

  private static void awaitState(Submission submission, CommandState state) {
    Awaitility.await(state + " " + submission)
        .atMost(LIMIT)
        .until(() -> submission.state().filter(state::equals).isPresent());
  }

  private static CommandState end(Submission submission) throws Exception {
    return submission.result().get(LIMIT.toSeconds(), TimeUnit.SECONDS).state();
  }

  @Test
  void cancel_oneOfABatch_leavesTheOthersAlone() throws Exception {
    Submission left;
    Submission stays;
    try (Blockade blockade = new Blockade()) {
      left = web.submit(count("people", "age < 5"));
      stays = batch.submit(count("people", "age < 6"));
      awaitState(left, CommandState.RUNNING);
      awaitState(stays, CommandState.RUNNING);

      left.cancel();

      assertThat(left.state()).contains(CommandState.CANCELLED);
      blockade.awaitJobs(1);
    }

    assertThat(stays.await(LIMIT)).startsWith("{\"count\":600,");
    assertThat(end(left)).isEqualTo(CommandState.CANCELLED);
  }

  @Test
  void count_answered_leavesNoCountersInRedis() throws Exception {
    web.submit(count("people", "age < 4")).await(LIMIT);

    try (Redis redis = Redis.connect(REDIS.config())) {
      assertThat(redis.jedis().keys("kindling:count:{dispatch-*")).isEmpty();
    }
  }

  @Test
  void cancel_theLastOfABatch_endsItsJob() throws Exception {
    try (Blockade blockade = new Blockade()) {
      Submission only = web.submit(count("people", "age < 7"));
      blockade.awaitJobs(1);

      only.cancel();

      blockade.awaitJobs(0);
      assertThat(end(only)).isEqualTo(CommandState.CANCELLED);
    }
    assertThat(web.submit(count("people", "age < 8")).await(LIMIT)).startsWith("{\"count\":800,");
  }

  @Test
  void deadline_passesWhileTheScanRuns_endsItsJob() throws Exception {
    try (Blockade blockade = new Blockade()) {
      Submission late = web.submit(count("people", "age < 9").withTimeout(Duration.ofSeconds(2)));
      blockade.awaitJobs(1);

      assertThat(end(late)).isEqualTo(CommandState.EXPIRED);

      blockade.awaitJobs(0);
    }
  }

  @Test
  void count_thatAnotherBatchIsCounting_joinsIt() throws Exception {
    Submission first;
    Submission second;
    Submission third;
    try (Blockade blockade = new Blockade()) {
      first = web.submit(count("people", "age < 10 and id < 900"));
      blockade.awaitJobs(1);

      second = batch.submit(count("people", "900 > ID and 10 > Age"));
      third = batch.submit(count("people", "id < 900 and age < 10"));
      awaitState(second, CommandState.RUNNING);
      awaitState(third, CommandState.RUNNING);
      Awaitility.await().atMost(LIMIT).until(() -> dispatcher.scanning().equals(Set.of("web")));

      blockade.awaitJobs(1);
      first.cancel();
      blockade.awaitJobs(1);
    }

    assertThat(second.await(LIMIT)).startsWith("{\"count\":100,");
    assertThat(third.await(LIMIT)).startsWith("{\"count\":100,");
    assertThat(end(first)).isEqualTo(CommandState.CANCELLED);
  }

  /** ANSI mode is Spark 4's default: a value that is no number fails the job that casts it. */
  @Test
  void count_predicateThatFailsInSpark_failsAlone() throws Exception {
    Submission fast;
    Submission slow;
    Submission bad;
    try (Blockade blockade = new Blockade()) {
      Submission unused = web.submit(count("people", "age < 11"));
      blockade.awaitJobs(1);
      fast = web.submit(count("people", "age < 12"));
      slow = web.submit(count("people", "abs(age) < 13"));
      bad = web.submit(count("people", "cast(concat('x', cast(age as string)) as int) = 1"));
    }

    assertThat(fast.await(LIMIT)).startsWith("{\"count\":1200,").contains("\"path\":\"fast\"");
    assertThat(slow.await(LIMIT)).startsWith("{\"count\":1300,").contains("\"path\":\"spark\"");
    assertThat(end(bad)).isEqualTo(CommandState.FAILED);
    assertThat(bad.result().get().error()).contains("CAST_INVALID_INPUT");
  }

  @Test
  void refresh_whileAScanIsInFlight_isForLaterOnes() throws Exception {
    Dataset<Row> ten = LocalSpark.session().range(10).selectExpr("id");
    Dataset<Row> twenty = LocalSpark.session().range(20).selectExpr("id");
    dispatcher.refresh("numbers", ten, folder.resolve("ten").toString());
    Submission before;
    CompletableFuture<Void> refresh;
    try (Blockade blockade = new Blockade()) {
      before = web.submit(count("numbers", "id >= 0"));
      blockade.awaitJobs(1);

      refresh =
          CompletableFuture.runAsync(
              () -> dispatcher.refresh("numbers", twenty, folder.resolve("twenty").toString()));
      blockade.awaitJobs(2);
    }

    assertThat(before.await(LIMIT)).startsWith("{\"count\":10,").contains("numbers@1");
    refresh.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(web.submit(count("numbers", "id >= 0")).await(LIMIT))
        .startsWith("{\"count\":20,")
        .contains("numbers@2");
  }

  @Test
  void count_ofASampledDataset_isAnEstimateThatSaysSo() throws Exception {
    JsonNode result = Json.tree(web.submit(count("some", "age < 45")).await(LIMIT));

    double share = result.get("sampledShare").asDouble();
    assertThat(result.get("exact").asBoolean()).isFalse();
    assertThat(share).isBetween(0.18, 0.22);
    assertThat(result.get("rows").asLong()).isEqualTo(Math.round(share * ROWS));
    assertThat(result.get("low").asLong()).isLessThan(4_500);
    assertThat(result.get("high").asLong()).isGreaterThan(4_500);
    assertThat(result.get("count").asLong()).isBetween(4_000L, 5_000L);
  }

  @Test
  void aggregate_ofASampledDataset_isScaledAndSaysSo() throws Exception {
    CommandRequest aggregate =
        CommandRequest.of("aggregate")
            .with("dataset", "some")
            .with(
                "measures",
                List.of(
                    Map.of("function", "count"),
                    Map.of("function", "sum", "column", "age"),
                    Map.of("function", "avg", "column", "age")));

    JsonNode result = Json.tree(web.submit(aggregate).await(LIMIT));

    JsonNode group = result.get("groups").get(0);
    assertThat(result.get("sampledShare").asDouble()).isBetween(0.18, 0.22);
    assertThat(group.get("count").asLong()).isEqualTo(ROWS);
    assertThat(group.get("sum(age)").asDouble()).isBetween(0.9 * 400_500, 1.1 * 400_500);
    assertThat(group.get("avg(age)").asDouble()).isBetween(42.0, 47.0);
  }
}
