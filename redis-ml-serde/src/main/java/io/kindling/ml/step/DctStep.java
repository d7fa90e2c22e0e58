package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.Arrays;

/**
 * The discrete cosine transform of a vector, scaled so that its matrix is orthogonal: Spark's
 * {@code DCT}.
 *
 * <p>Spark uses a fast transform; this one adds up each element's terms, in time that grows with
 * the square of the size. Both are as exact as rounding lets them. An infinite element makes other
 * elements infinite or NaN than Spark's.
 */
public final class DctStep implements Step {

  private final Wiring wiring;
  private final boolean inverse;

  /** Transforms, forth or back. */
  public DctStep(Wiring wiring, boolean inverse) {
    this.wiring = wiring;
    this.inverse = inverse;
  }

  static DctStep decode(Wiring wiring, ByteSource source) {
    return new DctStep(wiring, Flags.decode(source));
  }

  @Override
  public void encode(ByteSink sink) {
    Flags.encode(inverse, sink);
  }

  @Override
  public StepKind kind() {
    return StepKind.DCT;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return new Transform();
  }

  /** Keeps the cosines of the last size. */
  private final class Transform implements Runner {

    /** Of all multiples of pi / 2n, in which the argument of every term lies. */
    private double[] cosines = new double[0];

    private double[] elements = new double[0];

    @Override
    public void run(Slots row) {
      VectorValue vector = StepInput.vector(DctStep.this, row);
      int size = vector.size();
      if (size == 0) {
        throw RowRefusedException.of(
            DctStep.this, "meets a vector of size 0, allowed is 1 or more");
      }
      prepare(size);
      vector.copyTo(elements);
      double[] transformed = row.fillVector(wiring.out(0)).startDense(size);
      for (int i = 0; i < size; i++) {
        transformed[i] = inverse ? back(i, size) : forth(i, size);
      }
    }

    private void prepare(int size) {
      if (cosines.length != 4 * size) {
        cosines = new double[4 * size];
        Arrays.setAll(cosines, i -> Math.cos(Math.PI * i / (2.0 * size)));
        elements = new double[size];
      }
    }

    private double forth(int k, int size) {
      double sum = 0.0;
      for (int i = 0; i < size; i++) {
        sum += elements[i] * cosine(i, k);
      }
      return sum * scale(k, size);
    }

    private double back(int i, int size) {
      double sum = 0.0;
      for (int k = 0; k < size; k++) {
        sum += elements[k] * scale(k, size) * cosine(i, k);
      }
      return sum;
    }

    private double cosine(int i, int k) {
      return cosines[(int) ((2L * i + 1) * k % cosines.length)];
    }

    private double scale(int k, int size) {
      return Math.sqrt((k == 0 ? 1.0 : 2.0) / size);
    }
  }
}
