package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A vector to one of several classes, each with a linear function: Spark's multinomial {@code
 * LogisticRegressionModel} and, of {@code NaiveBayesModel}, the multinomial, the complement and the
 * Bernoulli one.
 */
public final class LinearClassesStep implements Step {

  /** Which features Spark takes. */
  public enum Admitted {
    /** Any. */
    ANY(0),
    /** None below 0, no NaN. */
    NOT_NEGATIVE(1),
    /** 0 and 1. */
    ZERO_OR_ONE(2);

    private final int code;

    Admitted(int code) {
      this.code = code;
    }

    private static Admitted decode(ByteSource source) {
      int code = source.u8();
      for (Admitted known : values()) {
        if (known.code == code) {
          return known;
        }
      }
      throw source.error("admission " + code + " of features, allowed are 0 to 2");
    }

    private boolean admits(double value) {
      return switch (this) {
        case ANY -> true;
        case NOT_NEGATIVE -> value >= 0.0;
        case ZERO_OR_ONE -> value == 0.0 || value == 1.0;
      };
    }
  }

  /** What becomes of the classes' functions before they are raw predictions. */
  public enum Raw {
    /** Nothing. */
    AS_IT_IS(0),
    /** The logarithm of the sum of their exponentials is subtracted. */
    LESS_LOG_SUM(1);

    private final int code;

    Raw(int code) {
      this.code = code;
    }

    private static Raw decode(ByteSource source) {
      int code = source.u8();
      for (Raw known : values()) {
        if (known.code == code) {
          return known;
        }
      }
      throw source.error("raw prediction " + code + ", allowed are 0 and 1");
    }
  }

  private final Wiring wiring;
  private final List<LinearFunction> classes;
  private final Admitted admitted;
  private final Raw raw;
  private final ClassDecision decision;

  /**
   * Of classes.
   *
   * @param classes a function of each, all of the same size
   */
  public LinearClassesStep(
      Wiring wiring,
      List<LinearFunction> classes,
      Admitted admitted,
      Raw raw,
      ClassDecision decision) {
    this.wiring = wiring;
    this.classes = List.copyOf(classes);
    this.admitted = admitted;
    this.raw = raw;
    this.decision = decision;
  }

  static LinearClassesStep decode(Wiring wiring, ByteSource source) {
    int count = source.countOf("classes", 2);
    if (count == 0) {
      throw source.error("0 classes, allowed is 1 or more");
    }
    List<LinearFunction> classes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      classes.add(LinearFunction.decode(source));
      if (classes.get(i).size() != classes.get(0).size()) {
        throw source.error("the classes differ in their number of features");
      }
    }
    Admitted admitted = Admitted.decode(source);
    Raw raw = Raw.decode(source);
    return new LinearClassesStep(
        wiring, classes, admitted, raw, ClassDecision.decode(source, count));
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(classes.size());
    classes.forEach(function -> function.encode(sink));
    sink.u8(admitted.code);
    sink.u8(raw.code);
    decision.encode(sink);
  }

  @Override
  public StepKind kind() {
    return StepKind.LINEAR_CLASSES;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int size = classes.get(0).size();
    ClassesOutput output = new ClassesOutput(wiring, classes.size(), decision, Softmax.OF_CLASSES);
    double[] sums = output.raw();
    return row -> {
      VectorValue features = StepInput.vector(this, row, size);
      checkAdmitted(features);
      for (int i = 0; i < sums.length; i++) {
        sums[i] = classes.get(i).of(features);
      }
      if (raw == Raw.LESS_LOG_SUM) {
        subtractLogSum(sums);
      }
      output.fill(row);
    };
  }

  private void checkAdmitted(VectorValue features) {
    for (int i = 0; i < features.count(); i++) {
      if (!admitted.admits(features.valueAt(i))) {
        throw RowRefusedException.of(
            this,
            "meets the feature %s, allowed are %s",
            features.valueAt(i),
            admitted == Admitted.ZERO_OR_ONE ? "0 and 1" : "numbers from 0");
      }
    }
  }

  private static void subtractLogSum(double[] sums) {
    double max = sums[0];
    for (int i = 1; i < sums.length; i++) {
      max = Math.max(max, sums[i]);
    }
    double sum = 0.0;
    for (double each : sums) {
      sum += Math.exp(each - max);
    }
    double logSum = Math.log(sum) + max;
    for (int i = 0; i < sums.length; i++) {
      sums[i] -= logSum;
    }
  }
}
