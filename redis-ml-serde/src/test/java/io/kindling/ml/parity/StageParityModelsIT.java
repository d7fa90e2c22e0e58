package io.kindling.ml.parity;

import static io.kindling.ml.parity.LinearBound.UNIT;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.ml.classification.NaiveBayes;
import org.apache.spark.ml.classification.NaiveBayesModel;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.clustering.KMeans;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Naive Bayes, the perceptron and k-means. */
class StageParityModelsIT extends StageParity {

  private static final int SIZE = 6;
  private static final int CLASSES = 3;
  private static final Random RANDOM = new Random(SEED);

  private static Dataset<Row> rows(DoubleUnaryOperator ofGaussian) {
    return VectorRows.frame(SIZE, CLASSES, VectorRows.random(RANDOM, 200, SIZE, ofGaussian));
  }

  private static Dataset<Row> edges() {
    return VectorRows.frame(SIZE, CLASSES, VectorRows.edges(SIZE, edgeNumbers()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"multinomial", "complement", "bernoulli"})
  void naiveBayes_ofCounts(String type) {
    boolean binary = type.equals("bernoulli");
    Dataset<Row> rows = rows(x -> binary ? 1 : Math.floor(Math.abs(4 * x)));
    for (double smoothing : new double[] {1.0, 0.1, 20.0}) {
      NaiveBayesModel model =
          new NaiveBayes()
              .setFeaturesCol("in")
              .setModelType(type)
              .setSmoothing(smoothing)
              .fit(rows);
      compareClasses(
          type + ", smoothing " + smoothing,
          model,
          rows,
          new double[] {0.5, 0, 0.2},
          ofCounts(model));
    }
  }

  /**
   * The priors are the intercepts. Of the complement the logarithm of a sum of exponentials is
   * subtracted, which is as far off as the largest of them, and some units of its own size; that of
   * Bernoulli's intercept sums up as many terms as there are features, none larger than those of
   * the other side by more than its own logarithm.
   */
  private static Tolerance ofCounts(NaiveBayesModel model) {
    double[] priors = model.pi().toArray();
    return (column, row, expected) -> {
      Vector features = LinearBound.features(row);
      double bound = LinearBound.of(model.theta(), priors, features);
      double allowed = 3 * bound + 64 * SIZE * UNIT * (1 + sum(features) + logs(model));
      return switch (column) {
        case "prediction" -> 0.0;
        case "rawPrediction" -> allowed;
        default -> 2 * Math.abs(expected) * allowed + 16 * UNIT;
      };
    };
  }

  private static double sum(Vector features) {
    double sum = 0;
    for (double value : features.toArray()) {
      sum += Math.abs(value);
    }
    return sum;
  }

  private static double logs(NaiveBayesModel model) {
    double sum = 0;
    for (double value : model.theta().toArray()) {
      sum += Math.abs(value);
    }
    return sum;
  }

  @Test
  void naiveBayes_gaussian() {
    Dataset<Row> rows = rows(x -> 3 * x);
    NaiveBayesModel model =
        new NaiveBayes().setFeaturesCol("in").setModelType("gaussian").fit(rows);

    compareClasses("gaussian", model, rows, new double[] {0.1, 0.6, 0.3}, EXACT);
  }

  @ParameterizedTest
  @CsvSource({"6 3,1", "6 4 3,2", "6 7 5 3,3"})
  void multilayerPerceptron(String sizes, long seed) {
    String[] parts = sizes.split(" ", -1);
    int[] layers = new int[parts.length];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = Integer.parseInt(parts[i]);
    }
    Dataset<Row> rows = rows(x -> x);
    MultilayerPerceptronClassificationModel model =
        new MultilayerPerceptronClassifier()
            .setFeaturesCol("in")
            .setLayers(layers)
            .setSeed(seed)
            .setMaxIter(20)
            .fit(rows);
    Tolerance tolerance =
        LinearBound.ofClasses(features -> ofLayers(layers, model.weights().toArray(), features));

    compareClasses("layers " + sizes, model, rows, new double[] {0.5, 0.2, 0.3}, tolerance);
  }

  /**
   * From layer to layer: what the inputs are off, times the weights, and what the sum itself is
   * off; 1 / (1 + exp(-x)) passes on a quarter, and some units.
   */
  private static double ofLayers(int[] layers, double[] weights, Vector features) {
    double[] values = features.toArray();
    double[] off = new double[values.length];
    int offset = 0;
    for (int layer = 1; layer < layers.length; layer++) {
      double[] next = new double[layers[layer]];
      double[] nextOff = new double[layers[layer]];
      for (int o = 0; o < next.length; o++) {
        double sum = weights[offset + values.length * next.length + o];
        double absolute = Math.abs(sum);
        for (int i = 0; i < values.length; i++) {
          double weight = weights[offset + i * next.length + o];
          sum += weight * values[i];
          absolute += Math.abs(weight * values[i]);
          nextOff[o] += Math.abs(weight) * off[i];
        }
        nextOff[o] += 4 * (values.length + 1) * UNIT * absolute;
        next[o] = sum;
        if (layer < layers.length - 1) {
          next[o] = 1 / (1 + Math.exp(-sum));
          nextOff[o] = nextOff[o] / 4 + 4 * UNIT;
        }
      }
      offset += (values.length + 1) * next.length;
      values = next;
      off = nextOff;
    }
    double largest = 0;
    for (double each : off) {
      largest = Math.max(largest, each);
    }
    return largest;
  }

  /** With and without thresholds, and with ever fewer columns. */
  private static <M extends ProbabilisticClassificationModel<Vector, M>> void compareClasses(
      String setting, M model, Dataset<Row> rows, double[] thresholds, Tolerance tolerance) {
    compare(setting, model, rows, edges(), tolerance);
    model.setThresholds(thresholds);
    compare(setting + ", thresholds", model, rows, edges(), tolerance);
    model.setRawPredictionCol("");
    compare(setting + ", thresholds, no raw", model, rows, edges(), tolerance);
    model.setProbabilityCol("");
    compare(setting + ", thresholds, prediction alone", model, rows, edges(), tolerance);
    model.clear(model.thresholds());
    compare(setting + ", prediction alone", model, rows, edges(), tolerance);
  }

  @ParameterizedTest
  @CsvSource({"2,euclidean", "5,euclidean", "20,euclidean", "3,cosine", "8,cosine"})
  void kMeans(int k, String distance) {
    Dataset<Row> rows = rows(x -> 1 + x); // 0 alone has no angle; others do
    KMeans kMeans =
        new KMeans()
            .setFeaturesCol("in")
            .setK(k)
            .setDistanceMeasure(distance)
            .setSeed(7)
            .setMaxIter(5);
    Dataset<Row> nonZero =
        rows.filter((FilterFunction<Row>) row -> LinearBound.features(row).numNonzeros() > 0)
            .limit(150); // as many whatever the random rows are

    compare(k + " centers, " + distance, kMeans.fit(nonZero), nonZero, edges());
  }
}
