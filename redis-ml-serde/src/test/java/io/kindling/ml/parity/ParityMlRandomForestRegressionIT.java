package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.ml.regression.RandomForestRegressionModel;
import org.apache.spark.ml.regression.RandomForestRegressor;

class ParityMlRandomForestRegressionIT extends Parity {

  @Override
  String kind() {
    return "ml random forest regression";
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
    RandomForestRegressor trainer =
        new RandomForestRegressor()
            .setMaxDepth(training.maxDepth())
            .setMaxBins(TrainingData.MAX_BINS)
            .setNumTrees(training.forestTrees())
            .setSeed(training.seed());
    if (training.weighted()) {
      trainer.setWeightCol("weight");
    }
    RandomForestRegressionModel model = trainer.fit(training.data().frame());
    return TrainedModel.ml(SparkModels.forest(model), model);
  }
}
