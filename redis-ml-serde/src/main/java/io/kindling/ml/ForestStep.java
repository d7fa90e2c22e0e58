package io.kindling.ml;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.Slots;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.StepKind;
import io.kindling.ml.step.VectorValue;
import io.kindling.ml.step.Wiring;
import java.util.Arrays;

/** A forest within a pipeline: a vector to prediction, raw prediction and probability. */
final class ForestStep implements Step {

  private final Wiring wiring;
  private final Forest forest;

  ForestStep(Wiring wiring, Forest forest) {
    this.wiring = wiring;
    this.forest = forest;
  }

  Forest forest() {
    return forest;
  }

  @Override
  public StepKind kind() {
    return StepKind.FOREST;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public void encode(ByteSink sink) {
    ForestCodec.encode(forest, sink);
  }

  @Override
  public Runner runner() {
    ForestEvaluator evaluator = forest.evaluator();
    boolean splits = splits();
    return new Runner() {
      /** As long as the rows say that they are; made for the first, not for what bytes say. */
      private double[] features = new double[0];

      @Override
      public void run(Slots row) {
        if (!row.isNull(wiring.in(0))) {
          VectorValue vector = row.vector(wiring.in(0));
          checkSize(vector);
          features = features.length == vector.size() ? features : new double[vector.size()];
          vector.copyTo(features);
        } else if (splits) {
          throw new RowRefusedException(
              "Cannot answer the row: stage %s meets null in place of a vector"
                  .formatted(wiring.stage()));
        }
        row.setNumber(wiring.out(0), evaluator.predict(features));
        fill(row, evaluator);
      }
    };
  }

  /** Whether any tree looks at a feature; Spark answers null with those that do not. */
  private boolean splits() {
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      if (!forest.isLeaf(forest.root(tree))) {
        return true;
      }
    }
    return false;
  }

  private void checkSize(VectorValue vector) {
    if (vector.size() != forest.numFeatures()) {
      throw new RowRefusedException(
          "Cannot answer the row: stage %s meets a vector of size %d, allowed is %d"
              .formatted(wiring.stage(), vector.size(), forest.numFeatures()));
    }
  }

  private void fill(Slots row, ForestEvaluator evaluator) {
    int numClasses = forest.numClasses();
    if (wiring.numOut() > 1) {
      evaluator.copyLastRaw(row.fillVector(wiring.out(1)).startDense(numClasses));
    }
    if (wiring.numOut() > 2) {
      double[] probability = row.fillVector(wiring.out(2)).startDense(numClasses);
      Arrays.fill(probability, 0, numClasses, 0.0);
      evaluator.copyLastProbability(probability);
    }
  }
}
