package io.kindling.ml.parity;

import io.kindling.ml.spark.LocalSpark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.attribute.NumericAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.mllib.regression.LabeledPoint;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A few hundred rows of categorical (2 to 32 categories) and continuous features whose label
 * follows from them with some noise, so that trees grow deep.
 */
final class TrainingData {

  static final int MAX_BINS = 32;

  private static final int[] ARITIES = {2, 3, 4, 5, 8, 13, 31, 32};
  private static final int NUM_ROWS = 300;

  private final Random random;
  private final int numClasses;

  /** Categories of a feature, 0 where it is continuous. */
  private final int[] arities;

  private final List<Vector> features = new ArrayList<>();
  private final List<Double> labels = new ArrayList<>();

  /** With {@code numClasses} 0 the label is a number. */
  TrainingData(Random random, int numClasses) {
    this.random = random;
    this.numClasses = numClasses;
    arities = new int[4 + random.nextInt(5)];
    for (int i = 0; i < arities.length; i++) {
      arities[i] = i % 2 == 0 ? 0 : ARITIES[random.nextInt(ARITIES.length)];
    }
    double scale = Math.pow(10, random.nextInt(9) - 4);
    double[] effects = random.doubles((long) MAX_BINS * arities.length, -1, 1).toArray();
    for (int row = 0; row < NUM_ROWS; row++) {
      double[] values = new double[arities.length];
      double score = 0.3 * random.nextGaussian();
      for (int i = 0; i < values.length; i++) {
        values[i] = arities[i] > 0 ? random.nextInt(arities[i]) : continuous(i);
        int bin = Math.floorMod((int) Math.floor(values[i] * 3), MAX_BINS);
        score += effects[i * MAX_BINS + bin];
      }
      features.add(random.nextBoolean() ? Vectors.dense(values) : Vectors.dense(values).toSparse());
      labels.add(label(row, score, scale));
    }
  }

  private double continuous(int feature) {
    return switch (feature % 3) {
      case 0 -> random.nextGaussian();
      case 1 -> random.nextInt(20) / 4.0;
      default -> random.nextInt(3) == 0 ? random.nextDouble() * 10 - 5 : 0.0;
    };
  }

  private double label(int row, double score, double scale) {
    if (numClasses == 0) {
      return score * scale;
    }
    // The first rows make sure that every class occurs.
    return row < numClasses ? row : Math.floorMod((int) Math.floor(score * 1.5), numClasses);
  }

  int numFeatures() {
    return arities.length;
  }

  int numClasses() {
    return numClasses;
  }

  /** Columns features, label and weight; the features' metadata names the categorical ones. */
  Dataset<Row> frame() {
    boolean exactWeights = random.nextBoolean();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      // Quarters add up exactly in any order, other weights do not; 0 can leave a leaf without
      // counts.
      double weight =
          exactWeights ? (1 + random.nextInt(8)) / 4.0 : Math.max(0, random.nextDouble() - 0.2);
      rows.add(RowFactory.create(features.get(i), labels.get(i), weight));
    }
    StructType schema =
        DataTypes.createStructType(
            new StructField[] {
              new StructField("features", SQLDataTypes.VectorType(), false, attributes()),
              DataTypes.createStructField("label", DataTypes.DoubleType, false),
              DataTypes.createStructField("weight", DataTypes.DoubleType, false)
            });
    return LocalSpark.session().createDataFrame(rows, schema);
  }

  private Metadata attributes() {
    Attribute[] attributes = new Attribute[arities.length];
    for (int i = 0; i < arities.length; i++) {
      attributes[i] =
          arities[i] == 0
              ? NumericAttribute.defaultAttr().withIndex(i)
              : NominalAttribute.defaultAttr().withIndex(i).withNumValues(arities[i]);
    }
    return new AttributeGroup("features", attributes).toMetadata();
  }

  JavaRDD<LabeledPoint> points() {
    List<LabeledPoint> points = new ArrayList<>();
    for (int i = 0; i < features.size(); i++) {
      points.add(
          new LabeledPoint(
              labels.get(i), org.apache.spark.mllib.linalg.Vectors.fromML(features.get(i))));
    }
    return JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext())
        .parallelize(points, 1);
  }

  /** Feature to number of categories, as {@code mllib} takes it. */
  Map<Integer, Integer> categoricalFeatures() {
    Map<Integer, Integer> categorical = new HashMap<>();
    for (int i = 0; i < arities.length; i++) {
      if (arities[i] > 0) {
        categorical.put(i, arities[i]);
      }
    }
    return categorical;
  }
}
