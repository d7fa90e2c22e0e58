package io.kindling.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.CommandFailedException;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.SubmitClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole driver on the Spark at hand: each of its commands, and a refusal. */
@Tag("smoke")
class DispatcherSmokeIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private static CommandRequest ask(String command, String where) {
    return CommandRequest.of(command).with("dataset", "people").with("where", where);
  }

  @Test
  void commands_ofEveryKind_areAnswered() throws Exception {
    TestRedis redis = TestRedis.shared();
    String queue = "smoke-" + System.nanoTime();
    SparkConf conf =
        Dispatcher.configure(new SparkConf())
            .setMaster("local[2]")
            .setAppName("smoke")
            .set("spark.ui.enabled", "false")
            .set("spark.sql.shuffle.partitions", "2");
    try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
        Dispatcher dispatcher =
            Dispatcher.builder(spark, redis.config(), queue)
                .tenant("web", 1)
                .dataset(
                    "people",
                    spark.range(1_000).selectExpr("id", "id % 90 age"),
                    folder.resolve("people").toString())
                .build();
        SubmitClient client = SubmitClient.builder(redis.config(), queue, "web").build()) {
      new Thread(dispatcher::run, "driver").start(); // Ends with the dispatcher.

      assertThat(client.submit(ask("count", "age < 9")).await(LIMIT))
          .startsWith("{\"count\":108,")
          .contains("\"path\":\"fast\"");
      assertThat(client.submit(ask("count", "pow(age, 2) = 81")).await(LIMIT))
          .startsWith("{\"count\":12,")
          .contains("\"path\":\"spark\"");
      assertThat(client.submit(ask("preview", "id = 91")).await(LIMIT))
          .isEqualTo("{\"rows\":[{\"id\":91,\"age\":1}],\"cut\":false}");
      CommandRequest aggregate =
          ask("aggregate", "age < 2")
              .with("groupBy", List.of("age"))
              .with("measures", List.of(Map.of("function", "max", "column", "id")));
      assertThat(client.submit(aggregate).await(LIMIT))
          .isEqualTo(
              "{\"groups\":[{\"age\":0,\"max(id)\":990},{\"age\":1,\"max(id)\":991}],\"cut\":false}");
      assertThatExceptionOfType(CommandFailedException.class)
          .isThrownBy(() -> client.submit(ask("count", "rand() < age")).await(LIMIT))
          .withMessageContaining("rand");
    }
  }
}
