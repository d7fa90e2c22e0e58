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
    double[] features = new double[forest.numFeatures()];
    return row -> {
      if (row.isNull(wiring.in(0))) {
        for (int i = 0; i < wiring.numOut(); i++) {
          row.setNull(wiring.out(i));
        }
        return;
      }
      VectorValue vector = row.vector(wiring.in(0));
      if (vector.size() != features.length) {
        throw new RowRefusedException(
            "Cannot answer the row: stage %s meets a vector of size %d, allowed is %d"
                .formatted(wiring.stage(), vector.size(), features.length));
      }
      vector.copyTo(features);
      row.setNumber(wiring.out(0), evaluator.predict(features));
      fill(row, evaluator);
    };
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
