package io.kindling.ml.spark;

import io.kindling.ml.ForestBuilder;
import io.kindling.ml.ForestBuilder.Others;
import java.util.function.Function;
import org.apache.spark.ml.classification.DecisionTreeClassificationModel;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.regression.DecisionTreeRegressionModel;
import org.apache.spark.ml.tree.CategoricalSplit;
import org.apache.spark.ml.tree.ContinuousSplit;
import org.apache.spark.ml.tree.InternalNode;
import org.apache.spark.ml.tree.Node;
import org.apache.spark.mllib.tree.impurity.ImpurityCalculator;

/** Copies trees of {@code org.apache.spark.ml} into a forest. */
final class MlTrees {

  /*
   * Spark marks Node.impurityStats and Split.shouldGoLeft as private[ml]; in class files they are public, with
   * the same descriptors in Spark 3.5, 4.0 and 4.1.
   */

  private MlTrees() {}

  static void addWithClassCounts(ForestBuilder forest, DecisionTreeClassificationModel tree) {
    forest.tree();
    add(forest, tree.rootNode(), leaf -> classCounts(tree, leaf));
  }

  static void addWithPredictions(
      ForestBuilder forest, DecisionTreeRegressionModel tree, double weight) {
    forest.tree(weight);
    add(forest, tree.rootNode(), leaf -> new double[] {leaf.prediction()});
  }

  private static void add(ForestBuilder forest, Node node, Function<Node, double[]> leafValues) {
    if (!(node instanceof InternalNode inner)) {
      forest.leaf(leafValues.apply(node));
      return;
    }
    if (inner.split() instanceof CategoricalSplit split) {
      addSplit(forest, split);
    } else {
      ContinuousSplit split = (ContinuousSplit) inner.split();
      forest.split(split.featureIndex(), split.threshold());
    }
    add(forest, inner.leftChild(), leafValues);
    add(forest, inner.rightChild(), leafValues);
  }

  private static void addSplit(ForestBuilder forest, CategoricalSplit split) {
    int feature = split.featureIndex();
    double[] left = split.leftCategories();
    int[] categories = new int[left.length];
    for (int i = 0; i < left.length; i++) {
      categories[i] = (int) left[i];
    }
    // Spark keeps the smaller side as a set, so where an unseen value goes depends on the split.
    // NaN is in no set: ask Spark where it goes.
    boolean othersLeft =
        split.shouldGoLeft(
            Vectors.sparse(feature + 1, new int[] {feature}, new double[] {Double.NaN}));
    forest.split(
        feature, categories, split.numCategories(), othersLeft ? Others.LEFT : Others.RIGHT);
  }

  private static double[] classCounts(DecisionTreeClassificationModel tree, Node leaf) {
    ImpurityCalculator stats = leaf.impurityStats();
    if (stats == null) {
      throw new IllegalArgumentException(
          "Cannot convert model "
              + tree.uid()
              + ": a leaf has no class counts, allowed are models that Spark 2 or later trained");
    }
    return stats.stats();
  }
}
