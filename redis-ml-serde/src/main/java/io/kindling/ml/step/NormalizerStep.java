package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** A vector divided by its p-norm, unless that is 0: Spark's {@code Normalizer}. */
public final class NormalizerStep implements Step {

  private final Wiring wiring;
  private final double p;

  /**
   * By a norm.
   *
   * @param p 1 or more, possibly infinite
   */
  public NormalizerStep(Wiring wiring, double p) {
    this.wiring = wiring;
    this.p = p;
  }

  static NormalizerStep decode(Wiring wiring, ByteSource source) {
    return new NormalizerStep(wiring, source.f64());
  }

  @Override
  public void encode(ByteSink sink) {
    sink.f64(p);
  }

  @Override
  public StepKind kind() {
    return StepKind.NORMALIZE;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      VectorValue vector = StepInput.vector(this, row);
      VectorValue normalized = row.fillVector(wiring.out(0));
      double norm = norm(vector);
      if (norm == 0.0) {
        normalized.set(vector);
      } else if (vector.isDense()) {
        double[] elements = normalized.startDense(vector.size());
        for (int i = 0; i < vector.size(); i++) {
          elements[i] = vector.valueAt(i) / norm;
        }
      } else {
        normalized.startSparse(vector.size());
        for (int i = 0; i < vector.count(); i++) {
          normalized.append(vector.index(i), vector.valueAt(i) / norm);
        }
      }
    };
  }

  /** An infinite norm passes by NaN. */
  private double norm(VectorValue vector) {
    double norm = 0.0;
    for (int i = 0; i < vector.count(); i++) {
      double value = Math.abs(vector.valueAt(i));
      if (p == 1) {
        norm += value;
      } else if (p == 2) {
        norm += value * value;
      } else if (p != Double.POSITIVE_INFINITY) {
        norm += Math.pow(value, p);
      } else if (value > norm) {
        norm = value;
      }
    }
    if (p == 1 || p == Double.POSITIVE_INFINITY) {
      return norm;
    }
    return p == 2 ? Math.sqrt(norm) : Math.pow(norm, 1.0 / p);
  }
}
