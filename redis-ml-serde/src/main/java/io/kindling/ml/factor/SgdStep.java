package io.kindling.ml.factor;

/**
 * One step of stochastic gradient descent for one side.
 *
 * @param rate of the vector
 * @param biasRate of the bias
 */
record SgdStep(
    double rate, double biasRate, double regularization, double biasRegularization, double clip) {

  /** The steps of factors that have learned from so many events. */
  static SgdStep of(FactorSettings settings, Factors factors) {
    return new SgdStep(
        settings.learningRateAt(factors.count),
        settings.biasLearningRateAt(factors.count),
        settings.regularization(),
        settings.biasRegularization(),
        settings.gradientClip());
  }

  void bias(Factors factors, double error) {
    double bias = factors.bias;
    double gradient = error - biasRegularization * bias;
    factors.bias = (float) (bias + biasRate * Math.max(-clip, Math.min(clip, gradient)));
  }

  /** Both vectors move by what they were before. */
  static void vectors(
      Factors user, SgdStep userStep, Factors item, SgdStep itemStep, double error) {
    float[] p = user.vector;
    float[] q = item.vector;
    double userStride = userStep.rate * userStep.shrink(p, q, error);
    double itemStride = itemStep.rate * itemStep.shrink(q, p, error);
    for (int i = 0; i < p.length; i++) {
      double pi = p[i];
      double qi = q[i];
      p[i] = (float) (pi + userStride * (error * qi - userStep.regularization * pi));
      q[i] = (float) (qi + itemStride * (error * pi - itemStep.regularization * qi));
    }
  }

  /** By what a gradient is multiplied so that it is no longer than the clip. */
  private double shrink(float[] mine, float[] other, double error) {
    double squares = 0;
    for (int i = 0; i < mine.length; i++) {
      double gradient = error * other[i] - regularization * mine[i];
      squares += gradient * gradient;
    }
    return squares > clip * clip ? clip / Math.sqrt(squares) : 1;
  }
}
