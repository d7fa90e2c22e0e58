package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.mllib.tree.RandomForest;
import org.apache.spark.mllib.tree.model.RandomForestModel;

class ParityMllibRandomForestClassificationIT extends Parity {

  @Override
  String kind() {
    return "mllib random forest classification";
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
    TrainingData data = training.data();
    RandomForestModel model =
        RandomForest.trainClassifier(
            data.points(),
            data.numClasses(),
            data.categoricalFeatures(),
            training.forestTrees(),
            "auto",
            training.impurity(),
            training.maxDepth(),
            TrainingData.MAX_BINS,
            (int) training.seed());
    return TrainedModel.mllib(
        SparkModels.forest(model, data.numFeatures(), data.numClasses()), model::predict);
  }
}
