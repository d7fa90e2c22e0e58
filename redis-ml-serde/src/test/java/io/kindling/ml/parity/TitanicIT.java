package io.kindling.ml.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.Column;
import io.kindling.ml.Model;
import io.kindling.ml.Pipeline;
import io.kindling.ml.Prediction;
import io.kindling.ml.spark.LocalSpark;
import io.kindling.ml.spark.SparkModels;
import java.util.List;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The passengers of the Titanic through a pipeline of six stages, from raw fields. */
@Tag("parity")
class TitanicIT {

  @Test
  void pipeline_allPassengers_areAnsweredAsSparkAnswersThem() {
    Dataset<Row> passengers = passengers();
    PipelineModel trained = train(passengers);
    Pipeline pipeline =
        (Pipeline) Model.fromBytes(SparkModels.pipeline(trained, passengers.schema()).toBytes());

    assertThat(pipeline.fields())
        .extracting(Column::name)
        .containsExactly("Pclass", "Sex", "Age", "SibSp", "Fare", "Embarked");

    List<Row> answers = trained.transform(passengers).collectAsList();
    assertThat(answers).hasSize(891);
    for (Row answer : answers) {
      Prediction ours = pipeline.predict(StageParity.fields(answer));

      assertThat(ours.prediction()).isEqualTo(answer.<Double>getAs("prediction"));
      assertThat(ours.label()).contains(answer.<String>getAs("fate"));
      assertThat(ours.raw()).containsExactly(answer.<Vector>getAs("rawPrediction").toArray());
      assertThat(ours.probability()).containsExactly(answer.<Vector>getAs("probability").toArray());
    }
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
