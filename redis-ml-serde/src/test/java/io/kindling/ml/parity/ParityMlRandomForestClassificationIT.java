package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;

class ParityMlRandomForestClassificationIT extends Parity {

  @Override
  String kind() {
    return "ml random forest classification";
  }

  @Override
  Closeness closeness() {
    return Closeness.TO_THE_BIT;
  }

  @Override
  int numClasses(int model) {
    return 2 + model % 4;
  }

  @Override
  TrainedModel train(Training training) {
    RandomForestClassifier trainer =
        new RandomForestClassifier()
            .setMaxDepth(training.maxDepth())
            .setMaxBins(TrainingData.MAX_BINS)
            .setImpurity(training.impurity())
            .setNumTrees(training.forestTrees())
            .setSeed(training.seed());
    if (training.weighted()) {
      trainer.setWeightCol("weight");
    }
    RandomForestClassificationModel model = trainer.fit(training.data().frame());
    if (training.thresholds().length > 0) {
      model.setThresholds(training.thresholds());
    }
    return TrainedModel.ml(SparkModels.forest(model), model);
  }
}
