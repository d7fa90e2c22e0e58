package io.kindling.ml.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.Aggregation;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestBuilder;
import io.kindling.ml.Prediction;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.Test;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * A forest as broadcast, closure, RDD element and task result. The session's serialiser is Kryo;
 * closures always travel by Java serialisation.
 */
class ForestTravelTest {

  private static final Forest FOREST =
      builder()
          .tree(0.5)
          .split(2, 0.25)
          .leaf(1.5)
          .split(0, new int[] {1, 3}, 5, ForestBuilder.Others.LEFT)
          .leaf(-2)
          .leaf(7)
          .build();
  private static final List<FeatureVector> ROWS =
      List.of(
          FeatureVector.dense(0, 0, 0.2),
          FeatureVector.dense(1, 0, 9),
          FeatureVector.sparse(new int[] {0, 2}, new double[] {2, Double.NaN}));
  private static final List<Double> PREDICTIONS = List.of(0.75, -1.0, 3.5);

  @Test
  void serializers_roundTrip_giveAnEqualForestThatScores() {
    for (Serializer serializer :
        List.of(new JavaSerializer(new SparkConf()), new KryoSerializer(new SparkConf()))) {
      Forest warm = FOREST; // an evaluator's tables are not to travel with it
      assertThat(warm.evaluator().predict(ROWS.get(0))).isEqualTo(0.75);

      Forest travelled = roundTrip(warm, Forest.class, serializer);

      assertThat(travelled).as("%s", serializer).isEqualTo(FOREST).isNotSameAs(FOREST);
      assertThat(travelled.toBytes()).isEqualTo(FOREST.toBytes());
      assertThat(travelled.evaluator().predictBatch(ROWS)).containsExactly(0.75, -1.0, 3.5);
    }
  }

  @Test
  void serializers_rowsAndFullAnswers_roundTrip() {
    for (Serializer serializer :
        List.of(new JavaSerializer(new SparkConf()), new KryoSerializer(new SparkConf()))) {
      for (FeatureVector row : ROWS) {
        Prediction answer = FOREST.evaluator().explain(row);

        assertThat(roundTrip(row, FeatureVector.class, serializer)).isEqualTo(row);
        assertThat(roundTrip(answer, Prediction.class, serializer)).isEqualTo(answer);
      }
    }
  }

  @Test
  void spark_forestInBroadcastAndClosure_scoresOnExecutors() {
    JavaSparkContext spark = spark();
    Forest inClosure = FOREST;
    Broadcast<Forest> broadcast = spark.broadcast(FOREST);
    JavaRDD<FeatureVector> rows = spark.parallelize(ROWS, 2);

    assertThat(rows.map(row -> broadcast.value().evaluator().predict(row)).collect())
        .isEqualTo(PREDICTIONS);
    assertThat(rows.map(row -> inClosure.evaluator().predict(row)).collect())
        .isEqualTo(PREDICTIONS);
  }

  @Test
  void spark_forestsAsElementsAndResults_comeBackEqual() {
    Forest other = builder().tree().leaf(4).build();

    List<Forest> collected =
        spark().parallelize(List.of(FOREST, other), 2).repartition(1).collect();

    assertThat(collected).containsExactlyInAnyOrder(FOREST, other);
  }

  private static ForestBuilder builder() {
    return Forest.builder(Aggregation.WEIGHTED_SUM, 3, 0);
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
