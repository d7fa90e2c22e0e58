package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.Arrays;

/** All products of up to so many elements of a vector: Spark's {@code PolynomialExpansion}. */
public final class PolynomialExpansionStep implements Step {

  private final Wiring wiring;
  private final int degree;

  /** Up to a degree, at least 1. */
  public PolynomialExpansionStep(Wiring wiring, int degree) {
    this.wiring = wiring;
    this.degree = degree;
  }

  static PolynomialExpansionStep decode(Wiring wiring, ByteSource source) {
    int degree = source.smallVarint("degree");
    if (degree < 1) {
      throw source.error("the degree is 0, allowed is 1 or more");
    }
    return new PolynomialExpansionStep(wiring, degree);
  }

  /** How many products of up to so many of so many elements there are, that of none included. */
  public static long size(int numFeatures, int degree) {
    long fewer = Math.min(numFeatures, degree);
    long size = 1;
    for (long i = 1; i <= fewer; i++) {
      size = size * ((long) numFeatures + degree - fewer + i) / i;
      if (size > Integer.MAX_VALUE) {
        return Long.MAX_VALUE;
      }
    }
    return size;
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(degree);
  }

  @Override
  public StepKind kind() {
    return StepKind.EXPAND;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return new Expansion();
  }

  /*
   * The products are those of the elements before the last one, times its powers from 0 on; each
   * with as many factors as are left. As in Spark, products whose factors were 0 when they were
   * multiplied are passed over, so that 0 * NaN does not come up.
   */
  private final class Expansion implements Runner {

    private VectorValue from = new VectorValue();
    private VectorValue to = new VectorValue();
    private double[] dense = new double[0];

    @Override
    public void run(Slots row) {
      from = StepInput.vector(PolynomialExpansionStep.this, row);
      to = row.fillVector(wiring.out(0));
      long size = size(from.size(), degree);
      if (size > Integer.MAX_VALUE) {
        throw RowRefusedException.of(
            PolynomialExpansionStep.this,
            "meets a vector of size %d, which has 2^31 or more products of degree %d",
            from.size(),
            degree);
      }
      if (from.isDense()) {
        dense = to.startDense((int) size - 1);
        Arrays.fill(dense, 0, (int) size - 1, 0.0);
      } else {
        to.startSparse((int) size - 1);
      }
      expand(from.count() - 1, from.size() - 1, degree, 1.0, -1);
    }

    /**
     * Those of the places up to one.
     *
     * @param place the last place
     * @param feature the index up to which there are no places behind it
     * @return where those that follow begin
     */
    private int expand(int place, int feature, int left, double product, int start) {
      if (product != 0.0 && (left == 0 || place < 0)) {
        put(start, product);
      } else if (product != 0.0) {
        double factor = from.valueAt(place);
        int before = from.index(place) - 1;
        double power = product;
        int next = start;
        for (int i = 0; i <= left && power != 0.0; i++) {
          next = expand(place - 1, before, left - i, power, next);
          power *= factor;
        }
      }
      return start + (int) size(feature + 1, left);
    }

    /** The product of no element has no place. */
    private void put(int index, double product) {
      if (index < 0) {
        return;
      }
      if (from.isDense()) {
        dense[index] = product;
      } else {
        to.append(index, product);
      }
    }
  }
}
