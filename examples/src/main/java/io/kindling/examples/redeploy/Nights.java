package io.kindling.examples.redeploy;

import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.spark.SparkModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Card payments that a generator draws, some of them fraud, and the forests that Spark trains on
 * one night's payments each. From night to night the fraud moves, and so do the answers.
 */
final class Nights {

  private static final int PAYMENTS = 4_000;
  private static final int TREES = 50;
  private static final int NUM_FEATURES = 8;

  private Nights() {}

  /** Trains a forest for each night, in a Spark that ends with it. */
  static List<Forest> train(int nights) {
    SparkSession spark =
        SparkSession.builder().appName("Redeploy").master("local[*]").getOrCreate();
    try {
      List<Forest> forests = new ArrayList<>();
      for (int night = 0; night < nights; night++) {
        forests.add(
            SparkModels.forest(
                new RandomForestClassifier()
                    .setNumTrees(TREES)
                    .setMaxDepth(6)
                    .setSeed(night)
                    .fit(payments(spark, night))));
      }
      return forests;
    } finally {
      spark.stop();
    }
  }

  private static Dataset<Row> payments(SparkSession spark, int night) {
    Random random = new Random(night);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < PAYMENTS; i++) {
      double[] payment = payment(random);
      rows.add(RowFactory.create(isFraud(payment, night, random), Vectors.dense(payment)));
    }
    return spark
        .createDataFrame(
            rows,
            new StructType()
                .add("label", DataTypes.DoubleType)
                .add("features", SQLDataTypes.VectorType()))
        .coalesce(1);
  }

  /** Payments to ask about. */
  static List<FeatureVector> toAsk(int number) {
    Random random = new Random(4711);
    List<FeatureVector> rows = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      rows.add(FeatureVector.dense(payment(random)));
    }
    return rows;
  }

  /** Amount, hour, kilometres from home, minutes and payments before, and so on. */
  private static double[] payment(Random random) {
    double[] payment = new double[NUM_FEATURES];
    payment[0] = Math.exp(random.nextGaussian() + 3); // amount
    payment[1] = random.nextInt(24); // hour
    payment[2] = Math.exp(1.5 * random.nextGaussian() + 1); // kilometres from home
    payment[3] = random.nextInt(10_000); // minutes since the payment before
    payment[4] = random.nextInt(30); // payments within a day
    payment[5] = random.nextInt(2); // abroad
    payment[6] = random.nextDouble(); // the shop's share of disputes
    payment[7] = random.nextInt(3_650); // the card's age in days
    return payment;
  }

  private static double isFraud(double[] payment, int night, Random random) {
    double suspicion =
        (payment[0] > 40 + 10 * night ? 1 : 0)
            + (payment[1] == night % 24 || payment[1] < 5 ? 1 : 0)
            + (payment[2] > 20 ? 1 : 0)
            + payment[5]
            + (payment[6] > 0.7 ? 1 : 0)
            + 0.5 * random.nextGaussian();
    return suspicion > 2.5 ? 1.0 : 0.0;
  }
}
