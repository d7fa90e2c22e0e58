package io.kindling.ml.spark;

import io.kindling.ml.Aggregation;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestBuilder;
import io.kindling.ml.Pipeline;
import io.kindling.ml.PipelineBuilder;
import java.util.Collection;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.DecisionTreeClassificationModel;
import org.apache.spark.ml.classification.GBTClassificationModel;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.regression.DecisionTreeRegressionModel;
import org.apache.spark.ml.regression.GBTRegressionModel;
import org.apache.spark.ml.regression.RandomForestRegressionModel;
import org.apache.spark.mllib.tree.configuration.Algo;
import org.apache.spark.mllib.tree.model.DecisionTreeModel;
import org.apache.spark.mllib.tree.model.GradientBoostedTreesModel;
import org.apache.spark.mllib.tree.model.RandomForestModel;
import org.apache.spark.sql.types.StructType;
import scala.Enumeration;

/**
 * From Spark's models to Kindling's model values.
 *
 * <pre>{@code
 * RandomForestClassificationModel model = new RandomForestClassifier().fit(ratings);
 * Forest forest = SparkModels.forest(model);
 * }</pre>
 *
 * <p>A forest keeps everything that Spark's {@code transform} (of {@code org.apache.spark.ml}) or
 * {@code predict} (of {@code org.apache.spark.mllib}) computes its answers from: splits, class
 * counts or predictions of the leaves, tree weights, {@code thresholds}, and the order in which
 * Spark adds. Driver only; the forest itself may travel anywhere.
 *
 * <p>Every method throws {@link IllegalArgumentException} for a model that a forest cannot hold,
 * such as one that was put together by hand and does not know its number of features.
 *
 * @since 0.1
 */
public final class SparkModels {

  /*
   * The same jar runs on Spark 3.5 to 4.1 and Scala 2.12 and 2.13, so a call into Spark names only types whose
   * class files are alike in all of them: Spark's own, primitives, arrays, scala.Option and
   * scala.Enumeration.Value. The one Scala collection is the immutable.List of mllib's Split (MllibTrees).
   */

  private SparkModels() {}

  /** A row of {@code org.apache.spark.ml}, dense or sparse as it is, for Kindling's predictors. */
  public static FeatureVector features(Vector row) {
    if (row instanceof SparseVector sparse) {
      return FeatureVector.sparse(sparse.indices(), sparse.values());
    }
    return FeatureVector.dense(row.toArray());
  }

  /** A decision tree whose raw prediction is its leaf's class counts. */
  public static Forest forest(DecisionTreeClassificationModel model) {
    ForestBuilder forest =
        start(Aggregation.CLASS_COUNTS, model.uid(), model.numFeatures(), model.numClasses());
    keepThresholds(model, forest);
    MlTrees.addWithClassCounts(forest, model);
    return forest.build();
  }

  /** A decision tree that predicts a number. */
  public static Forest forest(DecisionTreeRegressionModel model) {
    ForestBuilder forest = start(Aggregation.MEAN, model.uid(), model.numFeatures(), 0);
    MlTrees.addWithPredictions(forest, model, 1.0);
    return forest.build();
  }

  /** A random forest that adds up its trees' class distributions. */
  public static Forest forest(RandomForestClassificationModel model) {
    ForestBuilder forest =
        start(Aggregation.SUM_DISTRIBUTIONS, model.uid(), model.numFeatures(), model.numClasses());
    keepThresholds(model, forest);
    for (DecisionTreeClassificationModel tree : model.trees()) {
      MlTrees.addWithClassCounts(forest, tree);
    }
    return forest.build();
  }

  /** A random forest that predicts the mean of its trees' numbers. */
  public static Forest forest(RandomForestRegressionModel model) {
    ForestBuilder forest = start(Aggregation.MEAN, model.uid(), model.numFeatures(), 0);
    for (DecisionTreeRegressionModel tree : model.trees()) {
      MlTrees.addWithPredictions(forest, tree, 1.0);
    }
    return forest.build();
  }

  /** Gradient-boosted trees for two classes. */
  public static Forest forest(GBTClassificationModel model) {
    ForestBuilder forest =
        start(Aggregation.WEIGHTED_SUM, model.uid(), model.numFeatures(), model.numClasses());
    keepThresholds(model, forest);
    addWeighted(forest, model.trees(), model.treeWeights());
    return forest.build();
  }

  /** Gradient-boosted trees that predict a number. */
  public static Forest forest(GBTRegressionModel model) {
    ForestBuilder forest = start(Aggregation.WEIGHTED_SUM, model.uid(), model.numFeatures(), 0);
    addWeighted(forest, model.trees(), model.treeWeights());
    return forest.build();
  }

  /**
   * A random forest from its bare trees, as {@code rfModel.trees()} gives them; what {@link
   * Forest#Forest(DecisionTreeClassificationModel[])} does. {@code thresholds} of the forest are
   * not in its trees: {@link #forest(RandomForestClassificationModel)} keeps them.
   *
   * @param trees at least one, all for the same number of features and of classes
   */
  public static Forest forest(DecisionTreeClassificationModel[] trees) {
    if (trees.length == 0) {
      throw new IllegalArgumentException("Cannot convert trees: there are 0, allowed is 1 or more");
    }
    DecisionTreeClassificationModel first = trees[0];
    ForestBuilder forest =
        start(Aggregation.SUM_DISTRIBUTIONS, first.uid(), first.numFeatures(), first.numClasses());
    for (int i = 0; i < trees.length; i++) {
      if (trees[i].numFeatures() != first.numFeatures()
          || trees[i].numClasses() != first.numClasses()) {
        throw new IllegalArgumentException(
            String.format(
                "Cannot convert trees: tree 0 has %d features and %d classes, tree %d has %d and %d",
                first.numFeatures(),
                first.numClasses(),
                i,
                trees[i].numFeatures(),
                trees[i].numClasses()));
      }
      MlTrees.addWithClassCounts(forest, trees[i]);
    }
    return forest.build();
  }

  /**
   * A decision tree of the RDD-based API. Such a model knows neither its number of features nor of
   * classes.
   *
   * @param numFeatures number of features of the rows it was trained with
   * @param numClasses number of classes it was trained with, 0 for a regression
   */
  public static Forest forest(DecisionTreeModel model, int numFeatures, int numClasses) {
    ForestBuilder forest = start("DecisionTreeModel", model.algo(), numFeatures, numClasses);
    MllibTrees.add(forest, model, 1.0);
    return forest.build();
  }

  /**
   * A random forest of the RDD-based API: its trees vote, or their predictions' mean is taken. Such
   * a model knows neither its number of features nor of classes.
   *
   * <p>Where two classes have equally many votes the lowest wins; Spark's own choice follows
   * Scala's hash order and differs between Scala 2.12 and 2.13. Spark takes the mean through a BLAS
   * dot product, so a regression equals its answers to the bit only where that adds in plain order.
   *
   * @param numFeatures number of features of the rows it was trained with
   * @param numClasses number of classes it was trained with, 0 for a regression
   */
  public static Forest forest(RandomForestModel model, int numFeatures, int numClasses) {
    ForestBuilder forest = start("RandomForestModel", model.algo(), numFeatures, numClasses);
    for (DecisionTreeModel tree : model.trees()) {
      MllibTrees.add(forest, tree, 1.0);
    }
    return forest.build();
  }

  /**
   * Gradient-boosted trees of the RDD-based API, for two classes or for a number. Such a model does
   * not know its number of features.
   *
   * @param numFeatures number of features of the rows it was trained with
   */
  public static Forest forest(GradientBoostedTreesModel model, int numFeatures) {
    int numClasses = model.algo().equals(Algo.Classification()) ? 2 : 0;
    ForestBuilder forest = Forest.builder(Aggregation.WEIGHTED_SUM, numFeatures, numClasses);
    DecisionTreeModel[] trees = model.trees();
    for (int i = 0; i < trees.length; i++) {
      MllibTrees.add(forest, trees[i], model.treeWeights()[i]);
    }
    return forest.build();
  }

  /**
   * A pipeline, or a single stage, as a value: from the fields of a row to the answer of its last
   * model; of stages without a model, to all that they make.
   *
   * @param stage a {@code PipelineModel}, a {@code CrossValidatorModel} or {@code
   *     TrainValidationSplitModel}, whose best model is taken, or one of the stages in {@code
   *     docs/supported-stages.md}, as it transforms a frame: fitted
   * @param schema of the frames that the stage transforms; columns that nothing needs for the
   *     answer, such as the label, may be in it and become no fields
   * @throws IllegalArgumentException for another stage, which is named
   */
  public static Pipeline pipeline(PipelineStage stage, StructType schema) {
    return builder(stage, schema).build();
  }

  /**
   * As {@link #pipeline(PipelineStage, StructType)}, up to some columns of one's own choice.
   *
   * @param outputs names of columns that the stages make
   */
  public static Pipeline pipeline(
      PipelineStage stage, StructType schema, Collection<String> outputs) {
    return builder(stage, schema).build(outputs);
  }

  private static PipelineBuilder builder(PipelineStage stage, StructType schema) {
    PipelineBuilder builder = new PipelineBuilder(SchemaColumns.of(schema));
    SchemaColumns.nameElements(schema, builder);
    StageConverters.convert(stage, new FrameSchema(schema), builder);
    return builder;
  }

  private static void addWeighted(
      ForestBuilder forest, DecisionTreeRegressionModel[] trees, double[] weights) {
    for (int i = 0; i < trees.length; i++) {
      MlTrees.addWithPredictions(forest, trees[i], weights[i]);
    }
  }

  /** Spark's {@code thresholds} decide on the class only where they are set. */
  private static void keepThresholds(
      ProbabilisticClassificationModel<?, ?> model, ForestBuilder forest) {
    if (model.isDefined(model.thresholds())) {
      forest.thresholds(model.getThresholds());
    }
  }

  private static ForestBuilder start(
      Aggregation aggregation, String uid, int numFeatures, int numClasses) {
    if (numFeatures < 1) {
      throw new IllegalArgumentException(
          String.format(
              "Cannot convert model %s: its numFeatures is %d, allowed are models that Spark"
                  + " trained or loaded, which know it",
              uid, numFeatures));
    }
    return Forest.builder(aggregation, numFeatures, numClasses);
  }

  private static ForestBuilder start(
      String model, Enumeration.Value algo, int numFeatures, int numClasses) {
    boolean classifies = algo.equals(Algo.Classification());
    if (classifies != (numClasses > 0)) {
      throw new IllegalArgumentException(
          String.format(
              "Cannot convert %s for %s: numClasses is %d, allowed is %s",
              model, algo, numClasses, classifies ? "1 or more" : "0"));
    }
    return Forest.builder(
        classifies ? Aggregation.VOTE : Aggregation.MEAN, numFeatures, numClasses);
  }
}
