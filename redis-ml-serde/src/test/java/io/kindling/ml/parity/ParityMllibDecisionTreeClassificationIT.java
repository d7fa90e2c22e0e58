package io.kindling.ml.parity;

import io.kindling.ml.spark.SparkModels;
import org.apache.spark.mllib.tree.DecisionTree;
import org.apache.spark.mllib.tree.model.DecisionTreeModel;

class ParityMllibDecisionTreeClassificationIT extends Parity {

  @Override
  String kind() {
    return "mllib decision tree classification";
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
    DecisionTreeModel model =
        DecisionTree.trainClassifier(
            data.points(),
            data.numClasses(),
            data.categoricalFeatures(),
            training.impurity(),
            training.maxDepth(),
            TrainingData.MAX_BINS);
    return TrainedModel.mllib(
        SparkModels.forest(model, data.numFeatures(), data.numClasses()), model::predict);
  }
}
