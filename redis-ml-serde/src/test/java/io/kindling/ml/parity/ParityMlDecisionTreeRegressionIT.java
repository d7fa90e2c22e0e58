package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.ml.regression.DecisionTreeRegressionModel;
import org.apache.spark.ml.regression.DecisionTreeRegressor;

class ParityMlDecisionTreeRegressionIT extends Parity {

  @Override
  String kind() {
    return "ml decision tree regression";
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
    DecisionTreeRegressor trainer =
        new DecisionTreeRegressor()
            .setMaxDepth(training.maxDepth())
            .setMaxBins(TrainingData.MAX_BINS)
            .setSeed(training.seed());
    if (training.weighted()) {
      trainer.setWeightCol("weight");
    }
    DecisionTreeRegressionModel model = trainer.fit(training.data().frame());
    return TrainedModel.ml(SparkModels.forest(model), model);
  }
}
