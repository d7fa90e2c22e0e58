package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.mllib.tree.RandomForest;
import org.apache.spark.mllib.tree.model.RandomForestModel;

class ParityMllibRandomForestRegressionIT extends Parity {

  @Override
  String kind() {
    return "mllib random forest regression";
  }

  @Override
  Closeness closeness() {
    return Closeness.DOT_PRODUCT;
  }

  @Override
  int numClasses(int model) {
    return 0;
  }

  @Override
  TrainedModel train(Training training) {
    TrainingData data = training.data();
    RandomForestModel trained =
        RandomForest.trainRegressor(
            data.points(),
            data.categoricalFeatures(),
            training.forestTrees(),
            "auto",
            "variance",
            training.maxDepth(),
            TrainingData.MAX_BINS,
            (int) training.seed());
    double[] ones = training.treeWeights(new double[trained.trees().length]);
    RandomForestModel model =
        new RandomForestModel(trained.algo(), training.repeat(trained.trees(), ones));
    return TrainedModel.mllib(SparkModels.forest(model, data.numFeatures(), 0), model::predict);
  }
}
