package io.kindling.ml.step;

/** Fills prediction, raw prediction and probability of a classifier, as many as it is wired to. */
final class ClassesOutput {

  private final Wiring wiring;
  private final int numClasses;
  private final ClassDecision decision;
  private final Softmax softmax;
  private final double[] raw;
  private final double[] probability;

  ClassesOutput(Wiring wiring, int numClasses, ClassDecision decision, Softmax softmax) {
    this.wiring = wiring;
    this.numClasses = numClasses;
    this.decision = decision;
    this.softmax = softmax;
    this.raw = new double[numClasses];
    this.probability = new double[numClasses];
  }

  /** The raw predictions, to be filled. */
  double[] raw() {
    return raw;
  }

  /** From what {@link #raw} holds, all of the step's outputs. */
  void fill(Slots row) {
    softmax.fill(raw, probability, numClasses);
    row.setNumber(wiring.out(0), decision.of(raw, probability, numClasses));
    fill(row, 1, raw);
    fill(row, 2, probability);
  }

  private void fill(Slots row, int i, double[] values) {
    if (wiring.numOut() > i) {
      double[] elements = row.fillVector(wiring.out(i)).startDense(numClasses);
      System.arraycopy(values, 0, elements, 0, numClasses);
    }
  }
}
