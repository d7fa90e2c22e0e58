package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.ml.classification.DecisionTreeClassificationModel;
import org.apache.spark.ml.classification.DecisionTreeClassifier;

class ParityMlDecisionTreeClassificationIT extends Parity {

  @Override
  String kind() {
    return "ml decision tree classification";
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
    DecisionTreeClassifier trainer =
        new DecisionTreeClassifier()
            .setMaxDepth(training.maxDepth())
            .setMaxBins(TrainingData.MAX_BINS)
            .setImpurity(training.impurity())
            .setSeed(training.seed());
    if (training.weighted()) {
      trainer.setWeightCol("weight");
    }
    DecisionTreeClassificationModel model = trainer.fit(training.data().frame());
    if (training.thresholds().length > 0) {
      model.setThresholds(training.thresholds());
    }
    return TrainedModel.ml(SparkModels.forest(model), model);
  }
}
