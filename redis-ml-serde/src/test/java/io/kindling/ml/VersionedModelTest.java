package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.RowRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.Test;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

class VersionedModelTest {

  private static final VersionedModel FATE =
      new VersionedModel("titanic", "v3", new ModelScorer(Pipelines.fate(HandleInvalid.KEEP)));

  @Test
  void predict_afterTravel_answersWithTheVersion() {
    for (Serializer serializer :
        List.of(new JavaSerializer(new SparkConf()), new KryoSerializer(new SparkConf()))) {
      VersionedModel travelled = roundTrip(FATE, serializer);

      Prediction answer = travelled.predict(Map.of("Sex", "female", "Age", 34));

      assertThat(answer.label()).contains("lived");
      assertThat(answer.version()).isEqualTo("v3");
      assertThat(travelled).hasToString("model 'titanic' v3").isNotSameAs(FATE);
    }
  }

  @Test
  void model_ofAllThatArrive_isOneObject() {
    VersionedModel first = roundTrip(FATE, new JavaSerializer(new SparkConf()));
    VersionedModel second = roundTrip(FATE, new KryoSerializer(new SparkConf()));

    assertThat(first.model()).isSameAs(FATE.model()).isSameAs(second.model());
  }

  @Test
  void model_askedByManyThreadsAtOnce_isDecodedOnce() throws Exception {
    int threads = 8;
    byte[] bytes = Pipelines.constant(7).toBytes();
    VersionedModel sent =
        new VersionedModel("other", "v1", new ModelScorer(Model.fromBytes(bytes)));
    CyclicBarrier barrier = new CyclicBarrier(threads);
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Model>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        VersionedModel travelled = roundTrip(sent, new JavaSerializer(new SparkConf()));
        tasks.add(
            () -> {
              barrier.await();
              return travelled.model();
            });
      }
      for (Future<Model> model : executor.invokeAll(tasks)) {
        assertThat(model.get()).isSameAs(sent.model());
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void predict_vectorForFieldsAndFieldsForAVector_isRefused() {
    VersionedModel forest =
        new VersionedModel(
            "forest",
            "v1",
            new ModelScorer(Forest.builder(Aggregation.MEAN, 1, 0).tree().leaf(5).build()));

    assertThat(forest.predict(FeatureVector.dense(1)).prediction()).isEqualTo(5);
    assertThatExceptionOfType(RowRefusedException.class)
        .isThrownBy(() -> forest.predict(Map.of("Sex", "male")))
        .withMessage("Cannot answer the row: it has fields, model 'forest' v1 takes a vector");
    assertThatExceptionOfType(RowRefusedException.class)
        .isThrownBy(() -> FATE.predict(FeatureVector.dense(1)))
        .withMessageStartingWith("Cannot answer the row: it is one vector, model 'titanic' v3 has");
  }

  private static VersionedModel roundTrip(VersionedModel value, Serializer serializer) {
    ClassTag<VersionedModel> tag = ClassTag$.MODULE$.apply(VersionedModel.class);
    SerializerInstance instance = serializer.newInstance();
    return instance.deserialize(instance.serialize(value, tag), tag);
  }
}
