package io.kindling.dispatch.http;

import static io.kindling.dispatch.http.Caller.json;
import static io.kindling.dispatch.http.Caller.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.predicate.Attacks;
import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.dispatch.testing.LocalSpark;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The preview API in front of a driver that answers. */
class PreviewApiIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String QUEUE = TestRedis.prefix() + "preview";
  private static final String WEB = "web-token-0123456789";
  private static final String BATCH = "batch-token-0123456789";

  @TempDir private static Path folder;

  private static Dispatcher dispatcher;
  private static Thread driver;
  private static Caller web;
  private static Caller batch;
  private static Caller nobody;

  @BeforeAll
  static void start() {
    SparkSession session = LocalSpark.session();
    dispatcher =
        Dispatcher.builder(session, REDIS.config(), QUEUE)
            .tenant("web", 1, ColumnRules.builder().deny("salary").deny("secret").build())
            .tenant("batch", 1)
            .dataset(
                "people",
                session
                    .range(100_000)
                    .selectExpr(
                        "id",
                        "cast(id % 90 as int) age",
                        "named_struct('city', concat('city ', id % 7)) address",
                        "array(named_struct('type', 'visit', 'n', id)) events",
                        "id * 3 salary"),
                folder.resolve("people").toString())
            .dataset(
                "attacked",
                session.createDataFrame(
                    List.of(RowFactory.create(new Object[Attacks.SCHEMA.size()])), Attacks.SCHEMA),
                folder.resolve("attacked").toString())
            .preview(
                PreviewServerOptions.builder()
                    .address("127.0.0.1", 0)
                    .token(WEB, "web")
                    .operatorToken(BATCH, "batch")
                    .maxBodyBytes(8 << 20) // So that the gate sees the largest attacks, too.
                    .build())
            .build();
    driver = new Thread(dispatcher::run, "driver");
    driver.start();
    web = new Caller(dispatcher.previewAddress().orElseThrow(), WEB);
    batch = new Caller(dispatcher.previewAddress().orElseThrow(), BATCH);
    nobody = new Caller(dispatcher.previewAddress().orElseThrow(), null);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    dispatcher.close();
    driver.join(LIMIT.toMillis());
    assertThat(driver.isAlive()).isFalse();
  }

  private static String submit(Caller caller, String where, int rows) {
    HttpResponse<String> response = caller.post(query("people", where, rows));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    return json(response).get("id").asText();
  }

  private static HttpResponse<String> awaitEnd(Caller caller, String path) {
    return await()
        .atMost(LIMIT)
        .until(
            () -> caller.get(path),
            response -> !List.of("QUEUED", "RUNNING").contains(state(response)));
  }

  private static String state(HttpResponse<String> response) {
    return json(response).path("state").asText();
  }

  private static String error(int status, String message, String position) {
    return "{\"status\":%d,\"error\":\"%s\",\"position\":%s}".formatted(status, message, position);
  }

  @Test
  void query_aCountWithRows_isAnsweredInTheFieldsThatAreDocumented() {
    HttpResponse<String> accepted = web.post(query("people", "age = 17 and id < 200", 5));

    assertThat(accepted.statusCode()).isEqualTo(202);
    String id = json(accepted).get("id").asText();
    assertThat(accepted.headers().firstValue("Location")).hasValue("/preview/" + id);
    assertThat(accepted.body())
        .isEqualTo(
            "{\"id\":\"%s\",\"preview\":\"/preview/%s\",\"estimate\":\"/estimate/%s\"}"
                .formatted(id, id, id));
    HttpResponse<String> estimate = awaitEnd(web, "/estimate/" + id);
    assertThat(estimate.statusCode()).isEqualTo(200);
    assertThat(estimate.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(estimate.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(estimate.body())
        .isEqualTo(
            "{\"estimatedSize\":3,\"numRowsToRead\":100000,\"rowsReadSoFar\":100000,"
                + "\"rowsMatchedSoFar\":3,\"totalRows\":100000,\"standardError\":0.0,"
                + "\"confidenceInterval\":[3,3],\"state\":\"RESULT_READY\",\"error\":null}");
    JsonNode preview = json(awaitEnd(web, "/preview/" + id));
    assertThat(preview.path("rows")).hasSize(3);
    assertThat(preview.path("rows").toString()).doesNotContain("salary");
    assertThat(preview.path("rows").path(0).toString())
        .isEqualTo(
            "{\"id\":17,\"age\":17,\"address\":{\"city\":\"city 3\"},"
                + "\"events\":[{\"type\":\"visit\",\"n\":17}]}");
    assertThat(preview.path("where").asText()).isEqualTo("age = 17 and id < 200");
  }

  @Test
  void query_withoutRows_countsAlone() {
    String id = submit(web, "exists(events, e -> e.n < 10)", 0);

    assertThat(json(awaitEnd(web, "/estimate/" + id)).get("estimatedSize").asLong()).isEqualTo(10);
    assertThat(awaitEnd(web, "/preview/" + id).body())
        .isEqualTo(
            ("{\"id\":\"%s\",\"state\":\"RESULT_READY\",\"dataset\":\"people\","
                    + "\"where\":\"exists(events, e -> e.n < 10)\",\"rows\":[],\"cut\":false,"
                    + "\"error\":null}")
                .formatted(id));
  }

  @Test
  void query_twiceUnderOneKey_isOneAndAConflictIfItDiffers() {
    String key = "key-" + System.nanoTime();
    HttpResponse<String> first = web.post(query("people", "age = 3", 1), "Idempotency-Key", key);
    HttpResponse<String> again = web.post(query("people", "age = 3", 1), "Idempotency-Key", key);
    HttpResponse<String> other = web.post(query("people", "age = 4", 1), "Idempotency-Key", key);
    HttpResponse<String> ofOther =
        batch.post(query("people", "age = 4", 1), "Idempotency-Key", key);

    assertThat(again.statusCode()).isEqualTo(202);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(other.body())
        .isEqualTo(
            error(
                409,
                "Cannot accept the query: its Idempotency-Key stands for another query, "
                    + json(first).get("id").asText(),
                "null"));
    assertThat(ofOther.statusCode()).isEqualTo(202);
    assertThat(ofOther.body()).isNotEqualTo(first.body());
  }

  @Test
  void query_thatTheGateRefuses_is400WithItsMessageAndPosition() {
    HttpResponse<String> denied = web.post(query("people", "age > 1 and salary > 5", 1));

    assertThat(denied.statusCode()).isEqualTo(400);
    assertThat(json(denied).path("position").asInt()).isEqualTo(13);
    assertThat(json(denied).path("error").asText())
        .startsWith("Cannot accept the predicate: ")
        .contains("salary", "position 13");
    assertThat(batch.post(query("people", "age > 1 and salary > 5", 1)).statusCode())
        .isEqualTo(202);
  }

  @Test
  void query_ofAnUnknownDataset_is400WithTheNearest() {
    HttpResponse<String> response = web.post(query("peple", "age = 1", 1));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body())
        .isEqualTo(error(400, "Cannot find the dataset 'peple': the nearest is 'people'", "null"));
  }

  @Test
  void get_anothersQuery_isAsUnknownAsNone() {
    String id = submit(web, "age = 5", 1);
    awaitEnd(web, "/estimate/" + id);

    for (String path : List.of("/estimate/", "/preview/")) {
      HttpResponse<String> others = batch.get(path + id);
      assertThat(others.statusCode()).isEqualTo(404);
      assertThat(others.body()).isEqualTo(error(404, "Cannot find the query '" + id + "'", "null"));
      assertThat(web.get(path + "q-none").statusCode()).isEqualTo(404);
    }
    String ofBatch = submit(batch, "age = 5", 1);
    assertThat(web.call("DELETE", "/preview/" + ofBatch, BodyPublishers.noBody()).statusCode())
        .isEqualTo(404);
  }

  @Test
  void delete_endedQuery_leavesItsState() {
    String id = submit(web, "age = 6", 0);
    awaitEnd(web, "/estimate/" + id);

    HttpResponse<String> response = web.call("DELETE", "/preview/" + id, BodyPublishers.noBody());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .isEqualTo("{\"id\":\"%s\",\"state\":\"RESULT_READY\"}".formatted(id));
  }

  @Test
  void datasets_ofATenant_showWhatItMaySee() {
    HttpResponse<String> response = web.get("/datasets");

    JsonNode people = json(response).path("datasets").path(1);
    assertThat(people.toString())
        .isEqualTo(
            "{\"name\":\"people\",\"version\":1,\"rows\":100000,\"sampled\":false,\"columns\":["
                + "{\"name\":\"id\",\"type\":\"bigint\",\"fields\":[]},"
                + "{\"name\":\"age\",\"type\":\"int\",\"fields\":[]},"
                + "{\"name\":\"address\",\"type\":\"struct\",\"fields\":["
                + "{\"name\":\"city\",\"type\":\"string\",\"fields\":[]}]},"
                + "{\"name\":\"events\",\"type\":\"array<struct>\",\"fields\":["
                + "{\"name\":\"type\",\"type\":\"string\",\"fields\":[]},"
                + "{\"name\":\"n\",\"type\":\"bigint\",\"fields\":[]}]}]}");
    assertThat(batch.get("/datasets").body()).contains("\"salary\"");
  }

  @Test
  void status_ofATenant_isItsOwnAndOfAnOperatorAll() {
    String id = submit(web, "age = 7", 0);
    awaitEnd(web, "/estimate/" + id);

    JsonNode own = json(web.get("/status"));
    assertThat(own.path("queue").asText()).isEqualTo(QUEUE);
    assertThat(own.path("tenants").findValuesAsText("name")).containsExactly("web");
    assertThat(own.path("queries").findValuesAsText("id")).contains(id);
    assertThat(own.path("pools")).isEmpty();
    JsonNode all = json(batch.get("/status"));
    assertThat(all.path("tenants").findValuesAsText("name")).containsExactly("web", "batch");
    assertThat(all.path("pools").findValuesAsText("name")).contains("kindling-scan");
    assertThat(all.path("drivers")).hasSize(1);
  }

  @Test
  void metrics_forAnOperator_arePrometheusText() {
    awaitEnd(web, "/estimate/" + submit(web, "age = 8", 0));

    HttpResponse<String> response = batch.get("/metrics");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    String line =
        "(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? [0-9.E-]+)";
    assertThat(response.body().lines()).allSatisfy(each -> assertThat(each).matches(line));
    assertThat(response.body())
        .contains(
            "kindling_redis_up 1\n",
            "kindling_queue_commands{queue=\""
                + QUEUE
                + "\",tenant=\"batch\",state=\"pushed\"} 0\n",
            "kindling_queue_dead{queue=\"" + QUEUE + "\"} 0\n",
            "kindling_http_requests_total{code=\"202\"} ")
        .containsPattern("kindling_scan_seconds_count\\{queue=\"[^\"]+\"} [1-9]")
        .containsPattern(
            "kindling_queue_ended_total\\{queue=\"[^\"]+\",tenant=\"web\",outcome=\"RESULT_READY\"} [1-9]");
    HttpResponse<String> forbidden = web.get("/metrics");
    assertThat(forbidden.statusCode()).isEqualTo(403);
    assertThat(forbidden.body())
        .isEqualTo(error(403, "Cannot show the metrics: they are for an operator's token", "null"));
  }

  @Test
  void health_forAnybody_tellsOfRedis() {
    HttpResponse<String> response = nobody.get("/health");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"status\":\"ok\",\"drivers\":1}");
  }

  /** Every text that may not run is refused at the door; the queue and Spark hear nothing of it. */
  @Test
  void query_everyAttack_is400AndReachesNeitherQueueNorSpark() {
    await().atMost(LIMIT).until(PreviewApiIT::isIdle);
    SparkSession session = LocalSpark.session();
    AtomicInteger jobs = new AtomicInteger();
    var listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            jobs.incrementAndGet();
          }
        };
    String before = web.get("/status").body().replaceAll("\"(at|lastSeen)\":\"[^\"]*\"", "");
    session.sparkContext().addSparkListener(listener);
    try {
      for (String attack : Attacks.texts()) {
        HttpResponse<String> response = web.post(query("attacked", attack, 1));

        assertThat(response.statusCode())
            .as("%s: %s", shown(attack), response.body())
            .isEqualTo(400);
        boolean isText = StandardCharsets.UTF_8.newEncoder().canEncode(attack);
        assertThat(json(response).path("error").asText())
            .startsWith(isText ? "Cannot accept the predicate" : "Cannot read the query");
        assertThat(response.body().length()).isLessThan(5_000);
      }
      session.range(1).foreach(row -> {}); // The bus is in order: with this job all others came.
      await().atMost(LIMIT).untilAtomic(jobs, org.hamcrest.Matchers.greaterThan(0));
      assertThat(jobs).hasValue(1);
      assertThat(web.get("/status").body().replaceAll("\"(at|lastSeen)\":\"[^\"]*\"", ""))
          .isEqualTo(before);
    } finally {
      session.sparkContext().removeSparkListener(listener);
    }
    String id = submit(web, "age = 1", 0);
    assertThat(json(awaitEnd(web, "/estimate/" + id)).path("estimatedSize").asLong())
        .isEqualTo(1_112);
  }

  /** Whether what other tests have asked has ended. */
  private static boolean isIdle() {
    JsonNode tenants = json(batch.get("/status")).path("tenants");
    return tenants.findValues("ready").stream().allMatch(n -> n.asInt() == 0)
        && tenants.findValues("pushed").stream().allMatch(n -> n.asInt() == 0)
        && tenants.findValues("running").stream().allMatch(n -> n.asInt() == 0);
  }

  private static String shown(String text) {
    return text.substring(0, Math.min(80, text.length()));
  }
}
