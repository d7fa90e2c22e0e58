package io.kindling.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Predictor;
import io.kindling.testing.SparkJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of the old days, pasted into spark-shell with the one jar: Scala sees the same API. */
@Tag("matrix")
class SparkShellIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Pattern ROW = Pattern.compile("row ([-0-9.E,]+) ([-0-9.E,]+) ([-0-9.E]+)");

  private static final String LINES =
      """
      import org.apache.spark.ml.Pipeline
      import org.apache.spark.ml.classification.{RandomForestClassificationModel, RandomForestClassifier}
      import org.apache.spark.ml.feature.{StringIndexer, VectorIndexer}
      import org.apache.spark.ml.linalg.Vector
      import io.kindling.ml.Forest

      val data = spark.read.format("libsvm").load("DATA")
      val labelIndexer = new StringIndexer().setInputCol("label").setOutputCol("indexedLabel").fit(data)
      val featureIndexer = new VectorIndexer().setInputCol("features").setOutputCol("indexedFeatures").setMaxCategories(4).fit(data)
      val Array(trainingData, testData) = data.randomSplit(Array(0.7, 0.3), 42)
      val rf = new RandomForestClassifier().setFeatureSubsetStrategy("auto").setLabelCol("indexedLabel").setFeaturesCol("indexedFeatures").setNumTrees(3)
      val pipeline = new Pipeline().setStages(Array(labelIndexer, featureIndexer, rf))
      val model = pipeline.fit(trainingData)
      val predictions = model.transform(testData)
      val rfModel = model.stages(2).asInstanceOf[RandomForestClassificationModel]

      val f = new Forest(rfModel.trees)
      f.loadToRedis("forest-test", "localhost:PORT")

      predictions.select("indexedFeatures", "probability", "prediction").collect.foreach(r => println("row " + r.getAs[Vector](0).toArray.mkString(",") + " " + r.getAs[Vector](1).toArray.mkString(",") + " " + r.getDouble(2)))
      """;

  @Test
  void paste_linesThatLoadAForest_areAnsweredByRedisAsBySpark(@TempDir Path folder)
      throws Exception {
    TestRedis server = TestRedis.shared();
    Path input = folder.resolve("lines.scala");
    Path data =
        DocBlock.root()
            .resolve("examples/data/spark-mllib-samples/sample_multiclass_classification_data.txt");
    Files.writeString(
        input,
        LINES
            .replace("DATA", data.toString())
            .replace("localhost:PORT", server.config().nodes().get(0).toString()));
    List<String> arguments =
        List.of(
            "--class",
            "org.apache.spark.repl.Main",
            "--name",
            "Spark shell",
            "--master",
            "local[2]",
            "--conf",
            "spark.ui.enabled=false",
            "--jars",
            Bundle.jar().toString(),
            "spark-shell");

    String output;
    try (SparkJvm shell =
        SparkJvm.start(
            MatrixSpark.WITH_SHELL.classPathWithShell(),
            List.of("-Xmx1g", "-Dscala.usejavacp=true"), // as bin/spark-shell does
            "org.apache.spark.deploy.SparkSubmit",
            arguments,
            input)) {
      assertThat(shell.waitFor(LIMIT)).as(shell::log).isZero();
      output = shell.output();
    }

    assertThat(output).contains("f: io.kindling.ml.Forest = ").doesNotContain("error:");
    List<MatchResult> rows = ROW.matcher(output).results().toList();
    assertThat(rows).as(output).hasSizeGreaterThan(30);
    try (Redis redis = Redis.connect(server.config())) {
      Predictor predictor = Predictor.open(redis, "forest-test");
      for (MatchResult row : rows) {
        FeatureVector features = FeatureVector.dense(numbers(row.group(1)));
        assertThat(predictor.predictProbability(features)).isEqualTo(numbers(row.group(2)));
        assertThat(predictor.predict(features)).isEqualTo(Double.parseDouble(row.group(3)));
      }
    }
  }

  private static double[] numbers(String text) {
    return Arrays.stream(text.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
  }
}
