package io.kindling.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.dispatch.testing.LocalSpark;
import java.time.Duration;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SimpleDispatcherIT {
  private static final TestRedis SERVER = TestRedis.shared();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String QUEUE = TestRedis.prefix() + "simple";

  private static Dataset<Row> people;
  private static Redis redis;
  private static SimpleDispatcher dispatcher;
  private static Thread driver;

  @BeforeAll
  static void start() {
    people = LocalSpark.session().range(10_000).selectExpr("id", "id % 90 age", "id * 3 salary");
    redis = Redis.connect(SERVER.config());
    dispatcher =
        SimpleDispatcher.builder(LocalSpark.session(), SERVER.config(), QUEUE)
            .tenant("web", ColumnRules.builder().deny("salary").build())
            .tenant("batch")
            .dataset("people", people)
            .threads(3)
            .build();
    driver = new Thread(dispatcher::run, "simple driver");
    driver.start();
  }

  @AfterAll
  static void stop() throws InterruptedException {
    dispatcher.close();
    driver.join(LIMIT.toMillis());
    assertThat(driver.isAlive()).isFalse();
    assertThat(people.storageLevel()).isEqualTo(StorageLevel.NONE());
    redis.close();
  }

  private static void push(String tenant, String payload) {
    redis.jedis().rpush("kindling:simple:{" + QUEUE + "}:in:" + tenant, payload);
  }

  private static void pushCount(String tenant, String id, String where) {
    push(
        tenant,
        "{\"id\":\"%s\",\"command\":\"count\",\"dataset\":\"people\",\"where\":\"%s\"}"
            .formatted(id, where));
  }

  private static String resultKey(String tenant, String id) {
    return "kindling:simple:{" + QUEUE + "}:result:" + tenant + ":" + id;
  }

  private static String answer(String tenant, String id) {
    Awaitility.await(id).atMost(LIMIT).until(() -> find(tenant, id) != null);
    return String.valueOf(find(tenant, id));
  }

  private static @Nullable String find(String tenant, String id) {
    return redis.jedis().get(resultKey(tenant, id));
  }

  @Test
  void count_many_areWhatSparkFilters() {
    IntStream.range(0, 40).forEach(i -> pushCount("web", "many-" + i, "age < " + i));

    for (int i = 0; i < 40; i++) {
      long truth = people.filter("age < " + i).count();
      assertThat(answer("web", "many-" + i)).isEqualTo("{\"count\":" + truth + "}");
    }
  }

  @Test
  void answer_after_livesForATime() {
    pushCount("batch", "ttl", "age = 1");

    assertThat(answer("batch", "ttl")).isEqualTo("{\"count\":112}");
    assertThat(redis.jedis().pttl(resultKey("batch", "ttl"))).isBetween(3_500_000L, 3_600_000L);
  }

  @Test
  void count_whatTheGateRefuses_isAnsweredWithItsMessage() {
    pushCount("web", "denied", "salary > 3");
    pushCount("batch", "allowed", "salary > 29994");
    pushCount("web", "attack", "reflect('java.lang.Runtime', 'x') = 1");
    pushCount("web", "broken", "age >");

    assertThat(answer("web", "denied")).startsWith("{\"error\":").contains("salary");
    assertThat(answer("batch", "allowed")).isEqualTo("{\"count\":1}");
    assertThat(answer("web", "attack")).startsWith("{\"error\":").contains("reflect");
    assertThat(answer("web", "broken")).startsWith("{\"error\":").contains("position");
  }

  @Test
  void command_otherThanCountOfADataset_isAnsweredWithWhatIsAllowed() {
    push("web", "{\"id\":\"other\",\"command\":\"drop\"}");
    push("web", "{\"id\":\"lost\",\"command\":\"count\",\"dataset\":\"peple\",\"where\":\"1=1\"}");
    push("web", "{\"id\":\"all\",\"command\":\"count\",\"dataset\":\"people\"}");

    assertThat(answer("web", "other")).contains("Cannot execute 'drop': there is 'count' alone");
    assertThat(answer("web", "lost")).contains("'peple': the nearest is 'people'");
    assertThat(answer("web", "all")).contains("Cannot count without 'where'");
  }

  @Test
  void payload_thatCannotBeAnswered_isDroppedAndTheNextIsTaken() {
    push("batch", "not JSON");
    push("batch", "[1, 2]");
    push("batch", "{\"command\":\"count\",\"dataset\":\"people\",\"where\":\"1 = 1\"}");
    push(
        "batch", "{\"id\":\"a}b\",\"command\":\"count\",\"dataset\":\"people\",\"where\":\"1=1\"}");
    push("batch", "x".repeat((1 << 20) + 1));
    pushCount("batch", "next", "id < 7");

    assertThat(answer("batch", "next")).isEqualTo("{\"count\":7}");
    assertThat(redis.jedis().keys("kindling:simple:{" + QUEUE + "}:result:*"))
        .allMatch(key -> !key.contains("a}b"));
  }
}
