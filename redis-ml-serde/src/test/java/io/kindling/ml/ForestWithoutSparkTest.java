package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URLClassLoader;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A service without Spark loads and scores: only {@code Forest}'s one constructor names Spark. */
class ForestWithoutSparkTest {

  @Test
  void decodeAndScore_noSparkOnTheClassPath_works() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("ForestWithoutSparkTest seed " + seed);
    for (Aggregation aggregation : Aggregation.values()) {
      Forest forest = RandomForests.next(new Random(seed), aggregation);
      double[] row = new Random(seed).doubles(forest.numFeatures(), -2, 12).toArray();

      try (URLClassLoader withoutSpark = withoutSpark()) {
        Object answer =
            withoutSpark
                .loadClass(Service.class.getName())
                .getMethod("answer", byte[].class, double[].class)
                .invoke(null, forest.toBytes(), row);

        assertThat(answer)
            .isEqualTo(ReferenceForest.score(forest, FeatureVector.dense(row)).toString());
      }
    }
  }

  @Test
  void classPathOfTheTest_hasNoSpark() throws Exception {
    try (URLClassLoader withoutSpark = withoutSpark()) {
      assertThatThrownBy(
              () ->
                  withoutSpark.loadClass(
                      "org.apache.spark.ml.classification.DecisionTreeClassificationModel"))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }

  private static URLClassLoader withoutSpark() throws Exception {
    return ClassPathWithout.jars("spark-", "scala-");
  }

  /** What runs in the class loader without Spark; public for its reflection. */
  public static final class Service {

    private Service() {}

    /** Decodes, travels by Java serialisation, scores. */
    public static String answer(byte[] bytes, double[] row) throws Exception {
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(written)) {
        out.writeObject(Forest.fromBytes(bytes));
      }
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(written.toByteArray()))) {
        Forest forest = (Forest) in.readObject();
        return forest.evaluator().explain(FeatureVector.dense(row)).toString();
      }
    }
  }
}
