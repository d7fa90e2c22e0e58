package io.kindling.dispatch.http;

import static io.kindling.dispatch.http.Caller.json;
import static io.kindling.dispatch.http.Caller.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.core.testing.TopologyContract;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.SimpleDispatcher;
import io.kindling.dispatch.SubmitClient;
import io.kindling.dispatch.testing.LocalSpark;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What must hold of drivers on every way to run Redis, and with the rights of docs/acl.md. */
abstract class DispatcherContract extends TopologyContract {
  private static final String TOKEN = "web-token-0123456789";

  private final String queue = queue();

  /** The driver with its preview API. */
  RedisConfig driver() {
    return admin();
  }

  /** The simple driver. */
  RedisConfig simpleDriver() {
    return admin();
  }

  /** The queue's name. */
  String queue() {
    return TestRedis.prefix() + "q";
  }

  /** How long to wait for answers. */
  Duration patience() {
    return Duration.ofSeconds(60);
  }

  private static Dataset<Row> people() {
    return LocalSpark.session().range(1_000).selectExpr("id", "cast(id % 90 as int) age");
  }

  /** Runs a driver until the body is through, whose failure comes before the driver's. */
  private interface Body {
    void run() throws Exception;
  }

  private static void whileRunning(Runnable driver, Runnable close, Body body) throws Exception {
    CompletableFuture<Void> running =
        CompletableFuture.runAsync(driver, task -> new Thread(task, "driver").start());
    try {
      body.run();
    } catch (Exception | AssertionError e) {
      if (running.isCompletedExceptionally()) {
        running.join(); // What ended it is the cause.
      }
      throw e;
    } finally {
      close.run();
    }
    running.get(60, TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("answers the preview API")
  void dispatcher_countsAndPreviews_areAnswered() throws Exception {
    Dispatcher dispatcher =
        Dispatcher.builder(LocalSpark.session(), driver(), queue)
            .tenant("web", 1)
            .dataset(
                "people", people(), Path.of("target", "people-" + System.nanoTime()).toString())
            .preview(
                PreviewServerOptions.builder().address("127.0.0.1", 0).token(TOKEN, "web").build())
            .build();
    whileRunning(
        dispatcher::run,
        dispatcher::close,
        () -> {
          try (SubmitClient client = SubmitClient.builder(admin(), queue, "web").build()) {
            String result =
                client
                    .submit(
                        CommandRequest.of("count")
                            .with("dataset", "people")
                            .with("where", "age < 9"))
                    .await(patience());
            assertThat(result).startsWith("{\"count\":108,\"exact\":true");
          }
          Caller caller = new Caller(dispatcher.previewAddress().orElseThrow(), TOKEN);
          HttpResponse<String> accepted = caller.post(query("people", "age = 17", 2));
          assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
          String id = json(accepted).get("id").asText();
          await()
              .atMost(patience())
              .until(
                  () ->
                      json(caller.get("/preview/" + id))
                          .path("state")
                          .asText()
                          .equals("RESULT_READY"));
        });
  }

  @Test
  @DisplayName("answers simple counts")
  void simpleDispatcher_count_isAnswered() throws Exception {
    SimpleDispatcher dispatcher =
        SimpleDispatcher.builder(LocalSpark.session(), simpleDriver(), queue)
            .tenant("web")
            .dataset("people", people())
            .threads(1)
            .build();
    whileRunning(
        dispatcher::run,
        dispatcher::close,
        () -> {
          try (Redis admin = Redis.connect(admin())) {
            String keys = "kindling:simple:{" + queue + "}:";
            admin
                .jedis()
                .rpush(
                    keys + "in:web",
                    "{\"id\":\"1\",\"command\":\"count\",\"dataset\":\"people\",\"where\":\"age < 9\"}");
            await()
                .atMost(patience())
                .until(() -> "{\"count\":108}".equals(admin.jedis().get(keys + "result:web:1")));
          }
        });
  }
}
