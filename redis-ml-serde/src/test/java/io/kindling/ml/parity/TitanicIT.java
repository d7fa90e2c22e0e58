package io.kindling.ml.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.Column;
import io.kindling.ml.FunctionCalls;
import io.kindling.ml.Model;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Pipeline;
import io.kindling.ml.Prediction;
import io.kindling.ml.Predictor;
import io.kindling.ml.PublishOptions;
import io.kindling.ml.spark.LocalSpark;
import io.kindling.ml.spark.SparkModels;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.feature.Imputer;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.OneHotEncoder;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.StringIndexerModel;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The passengers of the Titanic through a pipeline of six stages, from raw fields. */
@Tag("parity")
class TitanicIT {

  private static List<Row> answers;
  private static Pipeline pipeline;

  @BeforeAll
  static void train() {
    Dataset<Row> passengers = passengers();
    PipelineModel trained = train(passengers);
    pipeline =
        (Pipeline) Model.fromBytes(SparkModels.pipeline(trained, passengers.schema()).toBytes());
    answers = trained.transform(passengers).collectAsList();
  }

  @Test
  void pipeline_allPassengers_areAnsweredAsSparkAnswersThem() {
    assertThat(pipeline.fields())
        .extracting(Column::name)
        .containsExactly("Pclass", "Sex", "Age", "SibSp", "Fare", "Embarked");

    assertThat(answers).hasSize(891);
    for (Row answer : answers) {
      assertSame(pipeline.predict(StageParity.fields(answer)), answer);
    }
  }

  @Test
  void functions_allPassengers_areAnsweredAsSparkAnswersThem() {
    try (Redis redis = Redis.connect(TestRedis.shared().config())) {
      String name = TestRedis.prefix() + "titanic";
      ModelStore.of(redis).publish(name, pipeline, golden());
      Predictor predictor = Predictor.open(redis, name);
      for (Row answer : answers) {
        Map<String, @Nullable Object> fields = fields(answer);

        assertSame(predictor.predict(fields), answer);
      }
    }
  }

  /** Ten passengers and Spark's own answers. */
  private static PublishOptions golden() {
    PublishOptions.Builder options = PublishOptions.builder();
    for (Row answer : answers.subList(0, 10)) {
      options.golden(
          fields(answer),
          Prediction.of(
              answer.<Double>getAs("prediction"),
              answer.getAs("fate"),
              answer.<Vector>getAs("rawPrediction").toArray(),
              answer.<Vector>getAs("probability").toArray()));
    }
    return options.build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/functions.md"})
  void docs_redisCliLine_isAnsweredAsTheySay(String file) {
    Matcher line =
        Pattern.compile(
                "^> FCALL_RO kindling_predict 1 kindling:model:\\{titanic} (.*)\n\"(.*)\"$",
                Pattern.MULTILINE)
            .matcher(DocBlock.text(file));
    assertThat(line.find()).isTrue();
    try (Redis redis = Redis.connect(TestRedis.shared().config())) {
      FunctionCalls calls = FunctionCalls.serving(redis, TestRedis.prefix() + "cli", pipeline);

      assertThat(calls.predict((Object[]) line.group(1).split(" "))).isEqualTo(line.group(2));
    }
  }

  private static Map<String, @Nullable Object> fields(Row row) {
    Map<String, @Nullable Object> fields = StageParity.fields(row);
    fields.keySet().retainAll(pipeline.fields().stream().map(Column::name).toList());
    return fields;
  }

  private static void assertSame(Prediction ours, Row answer) {
    assertThat(ours.prediction()).isEqualTo(answer.<Double>getAs("prediction"));
    assertThat(ours.label()).contains(answer.<String>getAs("fate"));
    assertThat(ours.raw()).containsExactly(answer.<Vector>getAs("rawPrediction").toArray());
    assertThat(ours.probability()).containsExactly(answer.<Vector>getAs("probability").toArray());
  }

  private static Dataset<Row> passengers() {
    return LocalSpark.session()
        .read()
        .option("header", "true")
        .option("inferSchema", "true")
        .csv("../examples/data/titanic/train.csv");
  }

  private static PipelineModel train(Dataset<Row> passengers) {
    StringIndexerModel label =
        new StringIndexer().setInputCol("Survived").setOutputCol("label").fit(passengers);
    PipelineStage[] stages = {
      label,
      new Imputer()
          .setInputCols(new String[] {"Age", "Fare"})
          .setOutputCols(new String[] {"knownAge", "paid"}),
      new StringIndexer()
          .setInputCols(new String[] {"Sex", "Embarked", "Pclass"})
          .setOutputCols(new String[] {"sexIndex", "portIndex", "classIndex"})
          .setHandleInvalid("keep"),
      new OneHotEncoder()
          .setInputCols(new String[] {"sexIndex", "portIndex", "classIndex"})
          .setOutputCols(new String[] {"sexOf", "portOf", "classOf"}),
      new VectorAssembler()
          .setInputCols(new String[] {"knownAge", "paid", "SibSp", "sexOf", "portOf", "classOf"})
          .setOutputCol("features"),
      new RandomForestClassifier().setLabelCol("label").setNumTrees(50).setSeed(7),
      new IndexToString()
          .setInputCol("prediction")
          .setOutputCol("fate")
          .setLabels(label.labelsArray()[0])
    };
    return new org.apache.spark.ml.Pipeline().setStages(stages).fit(passengers);
  }
}
