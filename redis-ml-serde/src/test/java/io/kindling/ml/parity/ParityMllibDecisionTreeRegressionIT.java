package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.mllib.tree.DecisionTree;
import org.apache.spark.mllib.tree.model.DecisionTreeModel;

class ParityMllibDecisionTreeRegressionIT extends Parity {

  @Override
  String kind() {
    return "mllib decision tree regression";
  }

  @Override
  Closeness closeness() {
    return Closeness.TO_THE_BIT;
  }

  @Override
  int numClasses(int model) {
    return 0;
  }

  @Override
  TrainedModel train(Training training) {
    TrainingData data = training.data();
    DecisionTreeModel model =
        DecisionTree.trainRegressor(
            data.points(),
            data.categoricalFeatures(),
            "variance",
            training.maxDepth(),
            TrainingData.MAX_BINS);
    return TrainedModel.mllib(SparkModels.forest(model, data.numFeatures(), 0), model::predict);
  }
}
