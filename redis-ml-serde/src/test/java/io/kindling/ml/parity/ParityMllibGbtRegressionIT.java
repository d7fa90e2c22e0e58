package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.mllib.tree.GradientBoostedTrees;
import org.apache.spark.mllib.tree.configuration.BoostingStrategy;
import org.apache.spark.mllib.tree.model.GradientBoostedTreesModel;

class ParityMllibGbtRegressionIT extends Parity {

  @Override
  String kind() {
    return "mllib GBT regression";
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
    BoostingStrategy boosting = BoostingStrategy.defaultParams("Regression");
    boosting.setNumIterations(training.boostedTrees());
    boosting.treeStrategy().setMaxDepth(training.maxDepth());
    boosting.treeStrategy().setMaxBins(TrainingData.MAX_BINS);
    boosting.treeStrategy().setCategoricalFeaturesInfo(data.categoricalFeatures());
    GradientBoostedTreesModel trained = GradientBoostedTrees.train(data.points(), boosting);
    double[] weights = training.treeWeights(trained.treeWeights());
    GradientBoostedTreesModel model =
        new GradientBoostedTreesModel(
            trained.algo(), training.repeat(trained.trees(), weights), weights);
    return TrainedModel.mllib(SparkModels.forest(model, data.numFeatures()), model::predict);
  }
}
