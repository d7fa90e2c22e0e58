package io.kindling.ml.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.factor.BiasedSgd;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.factor.ImplicitSgd;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.Test;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** Events, vectors, settings and rules on their way to executors and back, both ways. */
class FactorTravelTest {

  private static final FactorSettings SETTINGS =
      FactorSettings.builder().rank(3).learningRate(0.1).negatives(2).seed(9).build();

  @Test
  void events_roundTrip_areEqual() {
    FactorEvent event = new FactorEvent(-1, 2, 3.5f, 4, 5);

    for (Serializer serializer : serializers()) {
      assertThat(roundTrip(event, FactorEvent.class, serializer)).isEqualTo(event);
    }
  }

  @Test
  void factors_roundTrip_areEqual() {
    Factors factors = new Factors(new float[] {1, -0.0f, 3}, 0.5f, 6);

    for (Serializer serializer : serializers()) {
      assertThat(roundTrip(factors, Factors.class, serializer)).isEqualTo(factors);
    }
  }

  @Test
  void settings_roundTrip_areEqual() {
    for (Serializer serializer : serializers()) {
      assertThat(roundTrip(SETTINGS, FactorSettings.class, serializer))
          .usingRecursiveComparison()
          .isEqualTo(SETTINGS);
    }
  }

  @Test
  void rules_roundTrip_scoreAlike() {
    Factors user = new Factors(new float[] {1, 2, 3}, 0.5f, 6);
    Factors item = new Factors(new float[] {3, 2, 1}, 0.25f, 6);

    for (FactorRule rule : List.of(new BiasedSgd(SETTINGS), new ImplicitSgd(SETTINGS))) {
      for (Serializer serializer : serializers()) {
        assertThat(roundTrip(rule, FactorRule.class, serializer).score(user, item, 3))
            .isEqualTo(rule.score(user, item, 3));
      }
    }
  }

  private static List<Serializer> serializers() {
    return List.of(new JavaSerializer(new SparkConf()), new KryoSerializer(new SparkConf()));
  }

  private static <T> T roundTrip(T value, Class<T> type, Serializer serializer) {
    ClassTag<T> tag = ClassTag$.MODULE$.apply(type);
    SerializerInstance instance = serializer.newInstance();
    return instance.deserialize(instance.serialize(value, tag), tag);
  }
}
