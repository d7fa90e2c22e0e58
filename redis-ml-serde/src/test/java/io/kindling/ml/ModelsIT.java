package io.kindling.ml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.step.HandleInvalid;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModelsIT {

  private static final PublishOptions KEEP =
      PublishOptions.builder().retention(Duration.ofHours(1)).metric("auc", 0.75).build();

  private static TestRedis server;
  private static Redis redis;
  private static ModelStore store;

  private String out = "";
  private String err = "";

  @BeforeAll
  static void start() {
    server = TestRedis.start();
    redis = Redis.connect(server.config());
    store = ModelStore.of(redis);
  }

  @AfterAll
  static void stop() {
    redis.close();
    server.close();
  }

  @AfterEach
  void flush() {
    server.ask("FLUSHALL");
  }

  /** With the server's address in the place of the environment variable. */
  private int models(String... args) {
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    int code =
        Models.run(
            new PrintStream(outBytes, true, UTF_8),
            new PrintStream(errBytes, true, UTF_8),
            server.uri(),
            args);
    out = outBytes.toString(UTF_8);
    err = errBytes.toString(UTF_8);
    return code;
  }

  private static void publish(String name, int versions) {
    for (int i = 1; i <= versions; i++) {
      store.publish(name, Pipelines.constant(i), KEEP);
    }
  }

  @Test
  void library_printed_isWhatAServerLoads() {
    server.ask("FUNCTION", "FLUSH");

    assertThat(models("library")).isZero();

    assertThat(server.ask("FUNCTION", "LOAD", out)).contains("kindling");
    assertThat(server.ask("FUNCTION", "LIST")).contains("kindling_predict");
  }

  @Test
  void list_models_showsLiveAndPrevious() {
    publish("titanic", 3);
    publish("churn", 1);

    assertThat(models("list")).isZero();

    assertThat(out.lines().toList())
        .containsExactly(
            "model    live  previous  versions",
            "churn    v1    -         1",
            "titanic  v3    v2        3");
    assertThat(err).isEmpty();
  }

  @Test
  void list_modelOfANewerFormat_isShownAmongTheOthers() {
    publish("titanic", 1);
    publish("churn", 1);
    String json = String.valueOf(redis.jedis().hget("kindling:model:{churn}", "v1"));
    redis
        .jedis()
        .hset("kindling:model:{churn}", "v1", json.replace("\"format\":1", "\"format\":2"));

    assertThat(models("list")).isZero();

    assertThat(out).contains("in format 2, this build reads").contains("titanic  v1");
  }

  @Test
  void list_model_showsItsVersions() {
    publish("titanic", 3);

    assertThat(models("list", "titanic")).isZero();

    List<String> lines = out.lines().toList();
    assertThat(lines.get(0)).matches("version  state +created +bytes  nodes  metrics");
    assertThat(lines.get(1)).matches("v1 +stored +\\d{4}-\\S+Z +\\d+ +1 +auc=0.75");
    assertThat(lines.get(2)).startsWith("v2       previous");
    assertThat(lines.get(3)).startsWith("v3       live");
  }

  @Test
  void describe_liveOrACertainVersion_showsFieldsAndStages() {
    publish("titanic", 1);
    store.publish("titanic", Pipelines.fate(HandleInvalid.KEEP), KEEP);

    assertThat(models("describe", "titanic")).isZero();

    assertThat(out.lines().toList())
        .contains(
            "model        titanic",
            "version      v2",
            "state        live",
            "kind         pipeline",
            "runtimes     functions jvm",
            "classes      2",
            "field        Sex text",
            "field        Age double",
            "stage        strIdx_sex",
            "stage        rfc_fate",
            "golden rows  3",
            "metric       auc 0.75");
    assertThat(models("describe", "titanic", "v1")).isZero();
    assertThat(out).contains("version      v1").contains("state        previous");
  }

  @Test
  void promoteAndRollback_storedVersions_moveLive() {
    publish("titanic", 3);

    assertThat(models("promote", "titanic", "v1")).isZero();
    assertThat(out).isEqualTo("v1 of 'titanic' is live" + System.lineSeparator());
    assertThat(models("rollback", "titanic")).isZero();
    assertThat(out).isEqualTo("v3 of 'titanic' is live" + System.lineSeparator());
    assertThat(redis.jedis().hmget("kindling:model:{titanic}", "live", "previous"))
        .containsExactly("v3", "v1");
  }

  @Test
  void prune_retention_removesWhatIsOlder() {
    publish("titanic", 4);

    assertThat(models("prune", "titanic", "--retention", "7d")).isZero();
    assertThat(out).isEqualTo("nothing of 'titanic' to remove" + System.lineSeparator());
    assertThat(models("prune", "titanic")).isZero();
    assertThat(out).isEqualTo("removed v1 v2 of 'titanic'" + System.lineSeparator());
  }

  @Test
  void anything_refused_isOneLineAndCode1() {
    publish("titanic", 2);
    redis.jedis().hdel("kindling:model:{titanic}", "v1:0");

    assertRefused("'titanic' v9 at 'kindling", "promote", "titanic", "v9");
    assertRefused("chunk 0 of 1 is missing", "promote", "titanic", "v1");
    assertRefused("chunk 0 of 1 is missing", "rollback", "titanic");
    assertRefused("Cannot find model 'churn'", "describe", "churn");
    assertRefused("Cannot find model 'churn'", "list", "churn");
    assertRefused("Cannot find model 'churn'", "rollback", "churn");
    assertThat(redis.jedis().hget("kindling:model:{titanic}", "live")).isEqualTo("v2");
  }

  private void assertRefused(String message, String... args) {
    assertThat(models(args)).as(Arrays.toString(args)).isEqualTo(1);
    assertThat(err).startsWith("Models: Cannot ").hasLineCount(1);
    assertThat(err).contains(message);
    assertThat(out).isEmpty();
  }

  @Test
  void anything_misused_showsTheUsageAndCode2() {
    List<List<String>> misused =
        new ArrayList<>(
            List.of(
                List.of(),
                List.of("lst"),
                List.of("promote", "titanic"),
                List.of("rollback"),
                List.of("describe", "titanic", "v1", "v2"),
                List.of("list", "--all"),
                List.of("list", "--redis"),
                List.of("list", "--retention", "7d"),
                List.of("--redis", "localhost"),
                List.of("prune", "titanic", "--retention", "soon"),
                List.of("prune", "titanic", "--retention", "PT-1H")));
    for (List<String> args : misused) {
      assertThat(models(args.toArray(String[]::new))).as(args.toString()).isEqualTo(2);
      assertThat(err).startsWith("Models: Cannot ").contains("usage: Models COMMAND");
    }
    assertThat(models("promote", "titanic", "latest")).isEqualTo(2);
    assertThat(err).isEqualTo(line("Cannot use version 'latest', allowed are v1, v2 and so on"));
    assertThat(models("list", "--redis", "http://localhost")).isEqualTo(2);
    assertThat(err).startsWith("Models: Cannot use the Redis configuration");
  }

  private static String line(String message) {
    return "Models: " + message + System.lineSeparator();
  }

  @Test
  void help_always_showsTheUsage() {
    for (String help : List.of("help", "--help", "-h")) {
      assertThat(models(help)).isZero();
      assertThat(out).startsWith("usage: Models COMMAND").contains("Exit codes: 0 done");
    }
  }

  @Test
  void anything_redisAway_isCode3() {
    try (TestRedis gone = TestRedis.start()) {
      String uri = gone.uri() + "?retry-for=0s";
      gone.kill();

      assertThat(models("list", "--redis", uri)).isEqualTo(3);

      assertThat(err).startsWith("Models: ").contains(String.valueOf(gone.port()));
    }
  }
}
