package io.kindling.examples.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.DocBlock;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.SubmitClient;
import io.kindling.examples.EmbeddedRedis;
import io.kindling.examples.ReadmeCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/dispatcher.md shows code that runs, and what it really answers. */
@Tag("local")
class DispatcherDocsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String DATA = "data/movietweetings-100k/ratings.dat";
  private static final SparkSession SPARK = RatingsDriver.session();

  @AfterAll
  static void stop() {
    SPARK.stop();
  }

  @Test
  void driverAndHandler_inTheDocuments_areTheExamples() {
    DocBlock.in("docs/dispatcher.md", "ratings-driver").check(ReadmeCode.of(RatingsDriver.class));
    DocBlock.in("docs/dispatcher.md", "top-values").check(ReadmeCode.of(TopValues.class));
  }

  @Test
  void ratingsDriver_commands_areAnsweredAsTheDocumentSays(@TempDir Path folder) throws Exception {
    try (EmbeddedRedis server = EmbeddedRedis.start();
        Redis redis = Redis.connect(server.uri());
        SubmitClient web = SubmitClient.connect(server.uri(), "films", "web");
        SubmitClient batch = SubmitClient.connect(server.uri(), "films", "batch")) {
      Dispatcher driver =
          RatingsDriver.open(SPARK, redis.config(), DATA, folder.resolve("1").toString());
      Thread thread = new Thread(driver::run);
      thread.start();
      CommandRequest count =
          CommandRequest.of("count").with("dataset", "ratings").with("where", "rating = 10");
      CommandRequest top =
          CommandRequest.of("top")
              .with("dataset", "ratings")
              .with("where", "rating = 10")
              .with("column", "film")
              .with("number", 1);

      web.submit(count.with("where", "rating = 9")).await(LIMIT); // Has the column made.
      String counted = web.submit(count).await(LIMIT);

      assertThat(DocBlock.text("README.md")).contains("\n" + counted + "\n");
      assertThat(DocBlock.text("docs/dispatcher.md")).contains("`" + counted + "`");
      assertThat(web.submit(top).await(LIMIT)).matches("\\[\\{\"value\":\"\\d+\",\"rows\":\\d+}]");
      assertThat(batch.submit(top.with("column", "user")).result().get().error()).contains("user");
      driver.close();
      thread.join();
    }
  }

  @Test
  void simpleMode_inTheDocuments_isTheExampleAndItsOutput() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (EmbeddedRedis server = EmbeddedRedis.start();
        Redis redis = Redis.connect(server.uri())) {
      SimpleMode.run(
          new PrintStream(printed, /* autoFlush= */ true, UTF_8),
          SPARK,
          redis,
          SPARK.range(100_000).selectExpr("id", "id % 10 + 1 rating"));
    }

    assertThat(printed.toString(UTF_8)).isEqualTo("{\"count\":20000}\n");
    String shown =
        ReadmeCode.of(SimpleMode.class)
            + "and `GET kindling:simple:{demo}:result:default:q-1` answers `"
            + printed.toString(UTF_8).strip()
            + "`.\n\n";
    DocBlock.in("docs/dispatcher.md", "simple-mode").check(shown);
  }
}
