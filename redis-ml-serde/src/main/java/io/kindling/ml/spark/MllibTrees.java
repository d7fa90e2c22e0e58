package io.kindling.ml.spark;

import io.kindling.ml.ForestBuilder;
import io.kindling.ml.ForestBuilder.Others;
import org.apache.spark.mllib.tree.configuration.FeatureType;
import org.apache.spark.mllib.tree.model.DecisionTreeModel;
import org.apache.spark.mllib.tree.model.Node;
import org.apache.spark.mllib.tree.model.Split;
import scala.collection.immutable.List;

/** Copies trees of the RDD-based {@code org.apache.spark.mllib} into a forest. */
final class MllibTrees {

  private MllibTrees() {}

  static void add(ForestBuilder forest, DecisionTreeModel tree, double weight) {
    forest.tree(weight);
    add(forest, tree.topNode());
  }

  private static void add(ForestBuilder forest, Node node) {
    if (node.isLeaf()) {
      forest.leaf(node.predict().predict());
      return;
    }
    Split split = node.split().get();
    if (split.featureType().equals(FeatureType.Continuous())) {
      forest.split(split.feature(), split.threshold());
    } else {
      addCategorical(forest, split);
    }
    add(forest, node.leftNode().get());
    add(forest, node.rightNode().get());
  }

  /** What is listed goes left, everything else right; the number of categories is not kept. */
  private static void addCategorical(ForestBuilder forest, Split split) {
    // The only Scala collection in a call to Spark: immutable.List has size() and apply(int) with
    // the same descriptors in 2.12 and 2.13.
    List<Object> listed = split.categories();
    int[] categories = new int[listed.size()];
    int arity = 1;
    for (int i = 0; i < categories.length; i++) {
      double category = (Double) listed.apply(i);
      categories[i] = (int) category;
      if (category < 0 || category != categories[i] || categories[i] == Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            String.format(
                "Cannot convert DecisionTreeModel: category %s of feature %d, allowed are integers"
                    + " from 0",
                category, split.feature()));
      }
      arity = Math.max(arity, categories[i] + 1);
    }
    forest.split(split.feature(), categories, arity, Others.RIGHT);
  }
}
