package io.kindling.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Pipeline;
import io.kindling.ml.PublishOptions;
import io.kindling.ml.spark.SparkModels;
import java.io.BufferedReader;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example project without Spark is compiled and run on what the thin jar brings, alone. */
@Tag("local")
class PlainServiceIT {
  private static final String SOURCE =
      "examples/plain-service/src/main/java/io/kindling/examples/service/PlainService.java";

  /** Rows of nulls and of empty texts, which a publication makes, have no answer. */
  private static final PublishOptions GOLDEN =
      PublishOptions.builder().golden(Map.of("Sex", "male", "Age", 3)).build();

  /** What {@code mvn dependency:copy-dependencies} of the example brings. */
  private static final String THIN =
      ".*/(kindling-core|kindling-redis-ml-serde|jedis|redis-authx-core|commons-pool2|gson|json"
          + "|slf4j-api|jspecify|error_prone_annotations)-[^/]*(?<!-tests)\\.jar";

  @Test
  void plainService_thinJarAlone_answersAndFollowsWhatIsLive(@TempDir Path folder)
      throws Exception {
    String name = TestRedis.prefix() + "plain";
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> entry.matches(THIN))
            .collect(Collectors.joining(File.pathSeparator));
    Path source = folder.resolve("PlainService.java");
    Files.writeString(source, DocBlock.text(SOURCE));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath, "-d", folder.toString(), source.toString());
    assertThat(compiled).isZero();

    try (Redis redis = Redis.connect(TestRedis.shared().config())) {
      ModelStore store = ModelStore.of(redis);
      store.publish(name, pipeline(1), GOLDEN);
      Process service =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  folder + File.pathSeparator + classPath,
                  "io.kindling.examples.service.PlainService",
                  TestRedis.shared().uri(),
                  name,
                  "0")
              .redirectError(folder.resolve("err").toFile())
              .start();
      try (BufferedReader out = service.inputReader(UTF_8)) {
        String said = String.valueOf(out.readLine());
        assertThat(said).as(Files.readString(folder.resolve("err"))).endsWith(" answers v1");
        URI address = URI.create(said.substring(0, said.indexOf(' ')));

        assertThat(ask(address, "Sex=female&Age=34").body()).isEqualTo("1.0 v1\n");
        assertThat(ask(address, "Sex=male&Age=34").body()).isEqualTo("0.0 v1\n");
        HttpResponse<String> refused = ask(address, "Sex=robot&Age=34");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).startsWith("Cannot answer the row: stage ").contains("robot");

        store.publish(name, pipeline(2), GOLDEN);
        Awaitility.await()
            .untilAsserted(
                () -> assertThat(ask(address, "Sex=male&Age=34").body()).isEqualTo("0.0 v2\n"));
      } finally {
        service.destroyForcibly().waitFor();
      }
    }
  }

  private static HttpResponse<String> ask(URI address, String query) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address + "?" + query)).build(),
            BodyHandlers.ofString());
  }

  /** Women live. */
  private static Pipeline pipeline(long seed) {
    SparkSession spark =
        SparkSession.builder().master("local[1]").appName("plain service").getOrCreate();
    try {
      Dataset<Row> passengers =
          spark.createDataFrame(
              List.of(
                  RowFactory.create(1.0, "female", 30.0),
                  RowFactory.create(0.0, "male", 31.0),
                  RowFactory.create(1.0, "female", 50.0),
                  RowFactory.create(0.0, "male", 4.0)),
              new StructType()
                  .add("Survived", DataTypes.DoubleType)
                  .add("Sex", DataTypes.StringType)
                  .add("Age", DataTypes.DoubleType));
      PipelineStage[] stages = {
        new StringIndexer().setInputCol("Sex").setOutputCol("sexIndex"),
        new VectorAssembler()
            .setInputCols(new String[] {"sexIndex", "Age"})
            .setOutputCol("features"),
        new RandomForestClassifier()
            .setLabelCol("Survived")
            .setNumTrees(1)
            .setFeatureSubsetStrategy("all")
            .setSubsamplingRate(1.0)
            .setBootstrap(false)
            .setSeed(seed)
      };
      return SparkModels.pipeline(
          new org.apache.spark.ml.Pipeline().setStages(stages).fit(passengers),
          passengers.schema());
    } finally {
      spark.stop();
    }
  }
}
