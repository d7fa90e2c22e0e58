package io.kindling.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import io.kindling.ml.ModelStore;
import io.kindling.ml.ModelVersion;
import io.kindling.ml.VersionedModel;
import io.kindling.testing.DeployMode;
import io.kindling.testing.SparkProcesses;
import io.kindling.testing.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A streaming query scores ten files, while three versions go live and its driver is killed. */
@Tag("local")
class StreamedScoringIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int FILES = 10;
  private static final int ROWS = 20;

  /** One executor, and batches of a few rows, for which no code need be generated. */
  private static final Map<String, String> DRIVER =
      Map.of(
          "spark.executor.cores", "2",
          "spark.cores.max", "2",
          "spark.sql.shuffle.partitions", "2",
          "spark.sql.codegen.wholeStage", "false",
          "spark.sql.codegen.factoryMode", "NO_CODEGEN");

  private static SparkProcesses spark;
  private static Redis redis;
  private static ModelStore store;

  private final String name = TestRedis.prefix() + "streamed";
  private final List<double[]> rows = new ArrayList<>();
  private final Map<String, ForestEvaluator> published = new HashMap<>();

  @BeforeAll
  static void start() {
    spark = SparkProcesses.start(2, 2);
    redis = Redis.connect(TestRedis.shared().config());
    store = ModelStore.of(redis);
  }

  @AfterAll
  static void stop() {
    redis.close();
    spark.close();
  }

  @Test
  void batches_promotionsAndAKilledDriver_eachHasOneVersionAlsoWhenReplayed(@TempDir Path folder)
      throws Exception {
    writeFiles(folder);
    publish(1);
    Submission driver = submit(ScoringDriver.class, folder);
    for (int batch = 0; batch <= 3; batch++) {
      awaitAnswers(batch, 1);
      if (batch == 1) {
        publish(2);
      }
      end(batch);
    }
    awaitAnswers(4, 1);

    driver.kill();
    spark.awaitExecutors(0);
    publish(3);
    publish(4); // would remove v2, which is neither live nor previous any more
    store.prune(name);
    Submission again = submit(ScoringDriver.class, folder);

    awaitAnswers(4, 2);
    for (int batch = 4; batch < FILES; batch++) {
      awaitAnswers(batch, 1);
      end(batch);
    }
    assertThat(again.waitFor(LIMIT)).isZero();
    for (int batch = 0; batch < FILES; batch++) {
      String version = batch <= 1 ? "v1" : batch <= 4 ? "v2" : "v4";
      List<String> answers = answers(batch);
      assertThat(answers).as("batch %d", batch).hasSize(batch == 4 ? 2 : 1);
      assertThat(answers).as("batch %d", batch).containsOnly(expected(batch, version));
    }
    assertThat(store.versions(name))
        .extracting(ModelVersion::version)
        .containsExactly("v1", "v2", "v3", "v4");
  }

  @Test
  void dStream_killedDriver_replaysTheBatchWithItsVersion(@TempDir Path folder) throws Exception {
    Files.createDirectory(folder.resolve("files"));
    publish(1);
    Submission driver = submit(DStreamDriver.class, folder);
    driver.awaitOutput(DStreamDriver.STARTED);
    Random random = new Random(11);
    List<String> first = arrive(folder, "first", random);
    String answered = awaitBatch(0);

    driver.kill();
    spark.awaitExecutors(0);
    publish(2);
    publish(3); // would remove v1
    Submission again = submit(DStreamDriver.class, folder);

    assertThat(awaitBatch(1)).isEqualTo(answered);
    assertThat(answered.lines().skip(1)).containsExactlyElementsOf(expected(first, "v1"));
    redis.jedis().rpush(DStreamDriver.signs(name), "end");
    List<String> second = arrive(folder, "second", random);
    assertThat(awaitBatch(2).lines().skip(1)).containsExactlyElementsOf(expected(second, "v3"));
    again.kill();
    spark.awaitExecutors(0);
  }

  private static List<String> arrive(Path folder, String file, Random random) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      lines.add(
          Arrays.stream(GrownForest.row(random))
              .mapToObj(String::valueOf)
              .collect(Collectors.joining(",")));
    }
    Path unfinished = Files.write(folder.resolve(file), lines);
    Files.move(unfinished, folder.resolve("files").resolve(file));
    return lines;
  }

  private String awaitBatch(int index) {
    return Awaitility.await("batch " + index)
        .atMost(LIMIT)
        .until(() -> redis.jedis().lindex(DStreamDriver.answers(name), index), Objects::nonNull);
  }

  private List<String> expected(List<String> lines, String version) {
    ForestEvaluator evaluator = Objects.requireNonNull(published.get(version));
    return lines.stream()
        .map(line -> line + " " + evaluator.predict(DStreamDriver.vector(line)) + " " + version)
        .sorted()
        .toList();
  }

  @Test
  void versionedModel_inBroadcasts_isOneObjectAnExecutor() throws Exception {
    publish(1);
    try (SparkSession session = spark.session(Map.of())) {
      var context = JavaSparkContext.fromSparkContext(session.sparkContext());
      Broadcast<VersionedModel> one = context.broadcast(store.loadVersion(name));
      Broadcast<VersionedModel> other = context.broadcast(store.loadVersion(name));

      List<String> seen =
          context
              .parallelize(IntStream.range(0, 64).boxed().toList(), 32)
              .map(
                  i ->
                      ProcessHandle.current().pid()
                          + " "
                          + System.identityHashCode((i % 2 == 0 ? one : other).value().model()))
              .distinct()
              .collect();

      assertThat(seen.stream().map(line -> line.split(" ", -1)[0]).collect(Collectors.toSet()))
          .hasSize(2);
      assertThat(seen).hasSize(2);
    }
  }

  private void publish(int version) {
    Forest forest = GrownForest.of(2, version);
    assertThat(store.publish(name, forest)).isEqualTo("v" + version);
    published.put("v" + version, forest.evaluator());
  }

  private void writeFiles(Path folder) throws IOException {
    Random random = new Random(7);
    Path files = Files.createDirectory(folder.resolve("files"));
    for (int file = 0; file < FILES; file++) {
      StringBuilder json = new StringBuilder();
      for (int i = 0; i < ROWS; i++) {
        double[] row = GrownForest.row(random);
        json.append("{\"id\":").append(rows.size());
        for (int j = 0; j < row.length; j++) {
          json.append(",\"f").append(j).append("\":").append(row[j]);
        }
        json.append("}\n");
        rows.add(row);
      }
      Path written = Files.writeString(files.resolve(file + ".json"), json);
      // Spark takes the oldest first.
      Files.setLastModifiedTime(written, FileTime.fromMillis(1_700_000_000_000L + 1_000L * file));
    }
  }

  private Submission submit(Class<?> application, Path folder) {
    return spark.submit(
        DeployMode.CLIENT,
        application,
        List.of(TestRedis.shared().uri(), name, folder.toString()),
        DRIVER);
  }

  private List<String> answers(int batch) {
    return redis.jedis().lrange(ScoringDriver.answers(name, batch), 0, -1);
  }

  private void awaitAnswers(int batch, int times) {
    Awaitility.await("batch " + batch).atMost(LIMIT).until(() -> answers(batch).size() >= times);
  }

  private void end(int batch) {
    redis.jedis().rpush(ScoringDriver.sign(name, batch), "end");
  }

  /** What the driver says when this version scores the batch. */
  private String expected(int batch, String version) {
    ForestEvaluator evaluator = Objects.requireNonNull(published.get(version));
    return IntStream.range(batch * ROWS, (batch + 1) * ROWS)
        .mapToObj(
            id ->
                "{\"id\":%d,\"prediction\":%s,\"model_version\":\"%s\"}"
                    .formatted(id, evaluator.predict(rows.get(id)), version))
        .collect(Collectors.joining("\n"));
  }
}
