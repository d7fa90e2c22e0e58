package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.ml.regression.GBTRegressionModel;
import org.apache.spark.ml.regression.GBTRegressor;

class ParityMlGbtRegressionIT extends Parity {

  @Override
  String kind() {
    return "ml GBT regression";
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
    GBTRegressor trainer =
        new GBTRegressor()
            .setMaxDepth(training.maxDepth())
            .setMaxBins(TrainingData.MAX_BINS)
            .setMaxIter(training.boostedTrees())
            .setSeed(training.seed());
    if (training.weighted()) {
      trainer.setWeightCol("weight");
    }
    GBTRegressionModel trained = trainer.fit(training.data().frame());
    double[] weights = training.treeWeights(trained.treeWeights());
    GBTRegressionModel model =
        new GBTRegressionModel(
            trained.uid(),
            training.repeat(trained.trees(), weights),
            weights,
            trained.numFeatures());
    return TrainedModel.ml(SparkModels.forest(model), model);
  }
}
