package io.kindling.ml.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.ml.Aggregation;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestBuilder;
import io.kindling.ml.ForestBuilder.Others;
import java.util.List;
import org.apache.spark.ml.classification.DecisionTreeClassificationModel;
import org.apache.spark.ml.classification.GBTClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.regression.DecisionTreeRegressionModel;
import org.apache.spark.ml.regression.GBTRegressionModel;
import org.apache.spark.ml.regression.RandomForestRegressionModel;
import org.apache.spark.ml.tree.CategoricalSplit;
import org.apache.spark.ml.tree.ContinuousSplit;
import org.apache.spark.ml.tree.InternalNode;
import org.apache.spark.ml.tree.LeafNode;
import org.apache.spark.ml.tree.Node;
import org.apache.spark.ml.tree.Split;
import org.apache.spark.mllib.tree.configuration.Algo;
import org.apache.spark.mllib.tree.configuration.FeatureType;
import org.apache.spark.mllib.tree.impurity.ImpurityCalculator;
import org.apache.spark.mllib.tree.model.DecisionTreeModel;
import org.apache.spark.mllib.tree.model.GradientBoostedTreesModel;
import org.apache.spark.mllib.tree.model.Predict;
import org.apache.spark.mllib.tree.model.RandomForestModel;
import org.junit.jupiter.api.Test;
import scala.Enumeration;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/** Models put together by hand, without a SparkSession; trained ones are the parity tests' work. */
class SparkModelsTest {

  private static final Node SMALL = leaf(0, 3, 1);
  private static final Node LARGE = leaf(1, 1, 9.5);

  @Test
  void forest_classificationTree_keepsCountsSplitsAndThresholds() {
    DecisionTreeClassificationModel model =
        tree(split(new ContinuousSplit(2, 0.5), SMALL, split(categories(4, 0, 3), LARGE, SMALL)));
    model.setThresholds(new double[] {0.7, 0.3});

    assertThat(SparkModels.forest(model))
        .isEqualTo(
            Forest.builder(Aggregation.CLASS_COUNTS, 5, 2)
                .thresholds(0.7, 0.3)
                .tree()
                .split(2, 0.5)
                .leaf(3, 1)
                .split(1, new int[] {0, 3}, 4, Others.RIGHT)
                .leaf(1, 9.5)
                .leaf(3, 1)
                .build());
  }

  /** Spark keeps the smaller side as a set, the left one where both have the same size. */
  @Test
  void forest_categoricalSplit_sendsUnseenValuesWhereSparkDoes() {
    assertThat(forestOf(categories(4, 0))).isEqualTo(stump(4, Others.RIGHT, 0));
    assertThat(forestOf(categories(4, 0, 2))).isEqualTo(stump(4, Others.RIGHT, 0, 2));
    assertThat(forestOf(categories(4, 0, 2, 3))).isEqualTo(stump(4, Others.LEFT, 0, 2, 3));
    assertThat(forestOf(categories(5, 0, 2, 4))).isEqualTo(stump(5, Others.LEFT, 0, 2, 4));
    assertThat(forestOf(categories(32))).isEqualTo(stump(32, Others.RIGHT));
  }

  @Test
  void forest_randomForests_keepTheOrderOfTrees() {
    DecisionTreeClassificationModel[] trees = {tree(SMALL), tree(LARGE)};
    RandomForestClassificationModel model = new RandomForestClassificationModel(trees, 5, 2);
    ForestBuilder expected = Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 5, 2);
    expected.tree().leaf(3, 1).tree().leaf(1, 9.5);
    DecisionTreeRegressionModel[] regressionTrees = {number(7), number(-2)};

    assertThat(SparkModels.forest(model)).isEqualTo(expected.build());
    assertThat(new Forest(model.trees())).isEqualTo(SparkModels.forest(model));
    assertThat(SparkModels.forest(new RandomForestRegressionModel(regressionTrees, 5)))
        .isEqualTo(Forest.builder(Aggregation.MEAN, 5, 0).tree().leaf(7).tree().leaf(-2).build());
  }

  @Test
  void newForest_ofTrees_leavesTheThresholdsBehind() {
    RandomForestClassificationModel model =
        new RandomForestClassificationModel(
            new DecisionTreeClassificationModel[] {tree(SMALL)}, 5, 2);
    model.setThresholds(new double[] {0.7, 0.3});

    assertThat(new Forest(model.trees()).thresholds()).isEmpty();
    assertThat(SparkModels.forest(model).thresholds()).containsExactly(0.7, 0.3);
  }

  @Test
  void newForest_treesThatDoNotBelongTogether_areRefused() {
    DecisionTreeClassificationModel other = new DecisionTreeClassificationModel("b", SMALL, 6, 2);

    assertThatThrownBy(() -> new Forest(new DecisionTreeClassificationModel[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot convert trees: there are 0, allowed is 1 or more");
    assertThatThrownBy(() -> new Forest(new DecisionTreeClassificationModel[] {tree(SMALL), other}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot convert trees: tree 0 has 5 features and 2 classes, tree 1 has 6 and 2");
  }

  @Test
  void forest_boostedTrees_keepTheirWeights() {
    DecisionTreeRegressionModel[] trees = {number(7), number(-2)};
    double[] weights = {1.0, 0.1};
    ForestBuilder regression = Forest.builder(Aggregation.WEIGHTED_SUM, 5, 0);
    ForestBuilder classification = Forest.builder(Aggregation.WEIGHTED_SUM, 5, 2);

    assertThat(SparkModels.forest(new GBTRegressionModel("r", trees, weights, 5)))
        .isEqualTo(regression.tree().leaf(7).tree(0.1).leaf(-2).build());
    assertThat(SparkModels.forest(new GBTClassificationModel("c", trees, weights, 5, 2)))
        .isEqualTo(classification.tree().leaf(7).tree(0.1).leaf(-2).build());
  }

  @Test
  void forest_modelWithoutNumFeatures_isRefused() {
    GBTRegressionModel model =
        new GBTRegressionModel(
            "gbtr_1", new DecisionTreeRegressionModel[] {number(1)}, new double[] {1});

    assertThatThrownBy(() -> SparkModels.forest(model))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot convert model gbtr_1: its numFeatures is -1, allowed are models that Spark"
                + " trained or loaded, which know it");
  }

  @Test
  void forest_leafWithoutClassCounts_isRefused() {
    Node bare = new LeafNode(1.0, 0.0, null);

    assertThatThrownBy(() -> SparkModels.forest(tree(bare)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot convert model a: a leaf has no class counts, allowed are models that Spark 2 or"
                + " later trained");
  }

  @Test
  void forest_mllibModels_voteAverageAndSum() {
    DecisionTreeModel votes = mllib(Algo.Classification(), 2, 1);
    DecisionTreeModel numbers = mllib(Algo.Regression(), 2.5, -1);

    assertThat(SparkModels.forest(votes, 5, 3))
        .isEqualTo(mllibStump(Forest.builder(Aggregation.VOTE, 5, 3), 1, 2, 1));
    assertThat(SparkModels.forest(numbers, 5, 0))
        .isEqualTo(mllibStump(Forest.builder(Aggregation.MEAN, 5, 0), 1, 2.5, -1));
    assertThat(
            SparkModels.forest(
                new RandomForestModel(Algo.Classification(), new DecisionTreeModel[] {votes}),
                5,
                3))
        .isEqualTo(mllibStump(Forest.builder(Aggregation.VOTE, 5, 3), 1, 2, 1));
    assertThat(
            SparkModels.forest(
                new GradientBoostedTreesModel(
                    Algo.Classification(), new DecisionTreeModel[] {numbers}, new double[] {0.25}),
                5))
        .isEqualTo(mllibStump(Forest.builder(Aggregation.WEIGHTED_SUM, 5, 2), 0.25, 2.5, -1));
  }

  @Test
  void forest_mllibModelWithTheOtherKindOfNumClasses_isRefused() {
    assertThatThrownBy(() -> SparkModels.forest(mllib(Algo.Classification(), 0, 1), 5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot convert DecisionTreeModel for Classification: numClasses is 0, allowed is 1 or"
                + " more");
    assertThatThrownBy(() -> SparkModels.forest(mllib(Algo.Regression(), 0, 1), 5, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot convert DecisionTreeModel for Regression: numClasses is 2, allowed is 0");
  }

  private static Node leaf(double prediction, double... counts) {
    return new LeafNode(
        prediction, 0.0, ImpurityCalculator.getCalculator("gini", counts, counts.length));
  }

  private static Node split(Split split, Node left, Node right) {
    return new InternalNode(0, 0, 0, left, right, split, null);
  }

  private static Split categories(int arity, double... left) {
    return new CategoricalSplit(1, left, arity);
  }

  private static DecisionTreeClassificationModel tree(Node root) {
    return new DecisionTreeClassificationModel("a", root, 5, 2);
  }

  private static DecisionTreeRegressionModel number(double prediction) {
    return new DecisionTreeRegressionModel("r", new LeafNode(prediction, 0.0, null), 5);
  }

  private static Forest forestOf(Split split) {
    return SparkModels.forest(tree(split(split, SMALL, LARGE)));
  }

  private static Forest stump(int arity, Others others, int... left) {
    return Forest.builder(Aggregation.CLASS_COUNTS, 5, 2)
        .tree()
        .split(1, left, arity, others)
        .leaf(3, 1)
        .leaf(1, 9.5)
        .build();
  }

  /** {@code feature 1 in {4, 2}} or else {@code feature 0 <= 0.5}. */
  private static DecisionTreeModel mllib(Enumeration.Value algo, double left, double right) {
    org.apache.spark.mllib.tree.model.Node inner =
        mllibNode(
            3,
            new org.apache.spark.mllib.tree.model.Split(
                0, 0.5, FeatureType.Continuous(), list(List.of())),
            mllibLeaf(6, left),
            mllibLeaf(7, right));
    return new DecisionTreeModel(
        mllibNode(
            1,
            new org.apache.spark.mllib.tree.model.Split(
                1, 0.0, FeatureType.Categorical(), list(List.of(4.0, 2.0))),
            mllibLeaf(2, left),
            inner),
        algo);
  }

  private static Forest mllibStump(
      ForestBuilder builder, double weight, double left, double right) {
    return builder
        .tree(weight)
        .split(1, new int[] {2, 4}, 5, Others.RIGHT)
        .leaf(left)
        .split(0, 0.5)
        .leaf(left)
        .leaf(right)
        .build();
  }

  private static org.apache.spark.mllib.tree.model.Node mllibNode(
      int id,
      org.apache.spark.mllib.tree.model.Split split,
      org.apache.spark.mllib.tree.model.Node left,
      org.apache.spark.mllib.tree.model.Node right) {
    return new org.apache.spark.mllib.tree.model.Node(
        id,
        new Predict(0, 0),
        0,
        false,
        Option.apply(split),
        Option.apply(left),
        Option.apply(right),
        Option.empty());
  }

  private static org.apache.spark.mllib.tree.model.Node mllibLeaf(int id, double prediction) {
    return new org.apache.spark.mllib.tree.model.Node(
        id,
        new Predict(prediction, 0),
        0,
        true,
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty());
  }

  private static scala.collection.immutable.List<Object> list(List<Object> values) {
    return CollectionConverters.asScala(values).toList();
  }
}
