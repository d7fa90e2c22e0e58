package io.kindling.ml.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.Pipeline;
import io.kindling.ml.Prediction;
import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * A pipeline as broadcast, closure, RDD element and task result. The session's serialiser is Kryo;
 * closures always travel by Java serialisation.
 */
class PipelineTravelTest {

  private static Pipeline pipeline;
  private static List<Double> expected;

  @BeforeAll
  static void train() {
    StructType schema =
        new StructType()
            .add("color", DataTypes.StringType)
            .add("size", DataTypes.DoubleType)
            .add("label", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (Map<String, Object> row : rows()) {
      rows.add(RowFactory.create(row.get("color"), row.get("size"), rows.size() % 2.0));
    }
    Dataset<Row> frame = LocalSpark.session().createDataFrame(rows, schema);
    PipelineStage[] stages = {
      new StringIndexer().setInputCol("color").setOutputCol("index"),
      new VectorAssembler().setInputCols(new String[] {"index", "size"}).setOutputCol("features"),
      new LogisticRegression().setMaxIter(5)
    };
    PipelineModel model = new org.apache.spark.ml.Pipeline().setStages(stages).fit(frame);
    pipeline = SparkModels.pipeline(model, schema);
    expected =
        model.transform(frame).select("prediction").collectAsList().stream()
            .map(row -> row.getDouble(0))
            .toList();
  }

  /** Of types that Spark's Kryo takes: no records, no List.of, no Map.of. */
  private static List<Map<String, Object>> rows() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Map<String, Object> row = new HashMap<>();
      row.put("color", i % 3 == 0 ? "red" : "blue");
      row.put("size", i * 0.7);
      rows.add(row);
    }
    return rows;
  }

  @Test
  void serializers_roundTrip_giveAnEqualPipelineThatAnswers() {
    for (Serializer serializer : serializers()) {
      pipeline.predict(rows().get(0)); // an evaluator in the pool is not to travel with it

      Pipeline travelled = roundTrip(pipeline, Pipeline.class, serializer);

      assertThat(travelled).as("%s", serializer).isEqualTo(pipeline).isNotSameAs(pipeline);
      assertThat(travelled.toBytes()).isEqualTo(pipeline.toBytes());
      assertThat(rows().stream().map(row -> travelled.predict(row).prediction()).toList())
          .isEqualTo(expected);
    }
  }

  @Test
  void serializers_answers_roundTrip() {
    for (Serializer serializer : serializers()) {
      Prediction answer = pipeline.predict(rows().get(1));

      assertThat(roundTrip(answer, Prediction.class, serializer)).isEqualTo(answer);
    }
  }

  /** As the cause of a task's failure, always by Java serialisation. */
  @Test
  void javaSerializer_refusal_roundTrips() {
    RuntimeException refused = refusal("green");

    RuntimeException travelled =
        roundTrip(refused, RuntimeException.class, new JavaSerializer(new SparkConf()));

    assertThat(travelled).hasSameClassAs(refused).hasMessage(refused.getMessage());
  }

  private static RuntimeException refusal(String color) {
    try {
      pipeline.predict(Map.of("color", color, "size", 1.0));
    } catch (RowRefusedException | RowSkippedException e) {
      return e;
    }
    throw new AssertionError("a colour that training did not have is answered");
  }

  @Test
  void spark_pipelineInBroadcastAndClosure_answersOnExecutors() {
    JavaSparkContext spark = spark();
    Pipeline inClosure = pipeline;
    Broadcast<Pipeline> broadcast = spark.broadcast(pipeline);
    JavaRDD<Map<String, Object>> rows = spark.parallelize(rows(), 3);

    assertThat(rows.map(row -> broadcast.value().predict(row).prediction()).collect())
        .isEqualTo(expected);
    assertThat(rows.map(row -> inClosure.predict(row).prediction()).collect()).isEqualTo(expected);
  }

  @Test
  void spark_pipelinesAsElementsAndResults_comeBackEqual() {
    List<Pipeline> collected =
        spark().parallelize(Arrays.asList(pipeline, pipeline), 2).repartition(1).collect();

    assertThat(collected).containsExactly(pipeline, pipeline);
  }

  private static List<Serializer> serializers() {
    return List.of(new JavaSerializer(new SparkConf()), new KryoSerializer(new SparkConf()));
  }

  private static JavaSparkContext spark() {
    return JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
  }

  private static <T> T roundTrip(T value, Class<T> type, Serializer serializer) {
    ClassTag<T> tag = ClassTag$.MODULE$.apply(type);
    SerializerInstance instance = serializer.newInstance();
    ByteBuffer bytes = instance.serialize(value, tag);
    return instance.deserialize(bytes, tag);
  }
}
