package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import org.jspecify.annotations.Nullable;

/** Spark's {@code FMClassificationModel} and {@code FMRegressionModel}. */
public final class FactorizationStep implements Step {

  private final StepKind kind;
  private final Wiring wiring;
  private final Model model;
  private final @Nullable ClassDecision decision;

  /** A factorization machine. */
  public static final class Model {

    private final LinearFunction linear;
    private final double[] factors;

    /**
     * Of as many features as the linear function.
     *
     * @param factors one factor's values for all features behind the other; taken over
     */
    public Model(LinearFunction linear, double[] factors) {
      this.linear = linear;
      this.factors = factors;
    }

    private double score(VectorValue vector) {
      double score = linear.of(vector);
      for (int start = 0; start < factors.length; start += linear.size()) {
        double squares = 0.0;
        double sum = 0.0;
        for (int i = 0; i < vector.count(); i++) {
          if (vector.valueAt(i) != 0.0) {
            double part = factors[start + vector.index(i)] * vector.valueAt(i);
            squares += part * part;
            sum += part;
          }
        }
        score += 0.5 * (sum * sum - squares);
      }
      return score;
    }
  }

  private FactorizationStep(
      StepKind kind, Wiring wiring, Model model, @Nullable ClassDecision decision) {
    this.kind = kind;
    this.wiring = wiring;
    this.model = model;
    this.decision = decision;
  }

  /** For two classes. */
  public static FactorizationStep classifier(Wiring wiring, Model model, ClassDecision decision) {
    return new FactorizationStep(StepKind.FM_CLASSIFY, wiring, model, decision);
  }

  /** For a number. */
  public static FactorizationStep regressor(Wiring wiring, Model model) {
    return new FactorizationStep(StepKind.FM_REGRESS, wiring, model, null);
  }

  static FactorizationStep decodeClassifier(Wiring wiring, ByteSource source) {
    Model model = model(source);
    return classifier(wiring, model, ClassDecision.decode(source, 2));
  }

  static FactorizationStep decodeRegressor(Wiring wiring, ByteSource source) {
    return regressor(wiring, model(source));
  }

  private static Model model(ByteSource source) {
    Model model = new Model(LinearFunction.decode(source), source.numbers());
    int numFeatures = model.linear.size();
    if (numFeatures == 0 || model.factors.length % numFeatures != 0) {
      throw source.error(model.factors.length + " factors of " + numFeatures + " features");
    }
    return model;
  }

  @Override
  public void encode(ByteSink sink) {
    model.linear.encode(sink);
    sink.numbers(model.factors);
    if (decision != null) {
      decision.encode(sink);
    }
  }

  @Override
  public StepKind kind() {
    return kind;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    double[] raw = new double[2];
    double[] probability = new double[2];
    return row -> {
      double score = model.score(StepInput.vector(this, row, model.linear.size()));
      if (decision == null) {
        row.setNumber(wiring.out(0), score);
        return;
      }
      raw[0] = -score;
      raw[1] = score;
      probability[1] = 1.0 / (1.0 + Math.exp(-score));
      probability[0] = 1.0 - probability[1];
      row.setNumber(wiring.out(0), decision.of(raw, probability, 2));
      fill(row, 1, raw);
      fill(row, 2, probability);
    };
  }

  private void fill(Slots row, int i, double[] values) {
    if (wiring.numOut() > i) {
      System.arraycopy(values, 0, row.fillVector(wiring.out(i)).startDense(2), 0, 2);
    }
  }
}
