package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.ml.classification.GBTClassificationModel;
import org.apache.spark.ml.classification.GBTClassifier;

class ParityMlGbtClassificationIT extends Parity {

  @Override
  String kind() {
    return "ml GBT classification";
  }

  @Override
  Closeness closeness() {
    return Closeness.DOT_PRODUCT;
  }

  @Override
  int numClasses(int model) {
    return 2;
  }

  @Override
  TrainedModel train(Training training) {
    GBTClassifier trainer =
        new GBTClassifier()
            .setMaxDepth(training.maxDepth())
            .setMaxBins(TrainingData.MAX_BINS)
            .setMaxIter(training.boostedTrees())
            .setSeed(training.seed());
    if (training.weighted()) {
      trainer.setWeightCol("weight");
    }
    GBTClassificationModel trained = trainer.fit(training.data().frame());
    double[] weights = training.treeWeights(trained.treeWeights());
    GBTClassificationModel model =
        new GBTClassificationModel(
            trained.uid(),
            training.repeat(trained.trees(), weights),
            weights,
            trained.numFeatures(),
            2);
    if (training.thresholds().length > 0) {
      model.setThresholds(training.thresholds());
    }
    return TrainedModel.ml(SparkModels.forest(model), model);
  }
}
