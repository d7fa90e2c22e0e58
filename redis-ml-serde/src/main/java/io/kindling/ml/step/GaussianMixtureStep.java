package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.ArrayList;
import java.util.List;

/** Which of several normal distributions a vector comes from: {@code GaussianMixtureModel}. */
public final class GaussianMixtureStep implements Step {

  /** As Spark has it: keeps the sum of the densities from being 0. */
  private static final double EPSILON = Math.ulp(1.0);

  private final Wiring wiring;
  private final List<Gaussian> gaussians;

  /** A normal distribution and its weight. */
  public static final class Gaussian {

    private final double weight;
    private final double constant;
    private final double[] center;
    private final double[] root;

    /**
     * By the root of the inverse of its covariance.
     *
     * @param constant logarithm of the density at the mean
     * @param center root times mean; taken over
     * @param root column by column; taken over
     */
    public Gaussian(double weight, double constant, double[] center, double[] root) {
      this.weight = weight;
      this.constant = constant;
      this.center = center;
      this.root = root;
    }

    /** Spark leaves the products of a dense vector to BLAS, which may add in another order. */
    private double density(VectorValue vector, double[] scratch) {
      int size = center.length;
      System.arraycopy(center, 0, scratch, 0, size);
      for (int k = 0; k < vector.count(); k++) {
        double factor = -vector.valueAt(k);
        int column = vector.index(k) * size;
        for (int i = 0; i < size; i++) {
          scratch[i] += root[column + i] * factor;
        }
      }
      double squares = 0.0;
      for (int i = 0; i < size; i++) {
        squares += scratch[i] * scratch[i];
      }
      return Math.exp(constant - 0.5 * squares);
    }
  }

  /** Of at least one distribution, all of the same size. */
  public GaussianMixtureStep(Wiring wiring, List<Gaussian> gaussians) {
    this.wiring = wiring;
    this.gaussians = List.copyOf(gaussians);
  }

  static GaussianMixtureStep decode(Wiring wiring, ByteSource source) {
    int count = source.countOf("distributions", 1);
    List<Gaussian> gaussians = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Gaussian gaussian =
          new Gaussian(source.f64(), source.f64(), source.numbers(), source.numbers());
      int size = gaussian.center.length;
      if (gaussian.root.length != (long) size * size
          || (i > 0 && size != gaussians.get(0).center.length)) {
        throw source.error(
            "a distribution of " + size + " and " + gaussian.root.length + " numbers");
      }
      gaussians.add(gaussian);
    }
    if (count == 0) {
      throw source.error("0 distributions, allowed is 1 or more");
    }
    return new GaussianMixtureStep(wiring, gaussians);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(gaussians.size());
    for (Gaussian gaussian : gaussians) {
      sink.f64(gaussian.weight);
      sink.f64(gaussian.constant);
      sink.numbers(gaussian.center);
      sink.numbers(gaussian.root);
    }
  }

  @Override
  public StepKind kind() {
    return StepKind.GAUSSIAN_MIXTURE;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int size = gaussians.get(0).center.length;
    double[] scratch = new double[size];
    double[] probability = new double[gaussians.size()];
    return row -> {
      VectorValue vector = StepInput.vector(this, row, size);
      double sum = 0.0;
      for (int i = 0; i < probability.length; i++) {
        Gaussian gaussian = gaussians.get(i);
        probability[i] = EPSILON + gaussian.weight * gaussian.density(vector, scratch);
        sum += probability[i];
      }
      int likeliest = 0;
      for (int i = 0; i < probability.length; i++) {
        probability[i] /= sum;
        likeliest = probability[i] > probability[likeliest] ? i : likeliest;
      }
      row.setNumber(wiring.out(0), likeliest);
      if (wiring.numOut() > 1) {
        double[] target = row.fillVector(wiring.out(1)).startDense(probability.length);
        System.arraycopy(probability, 0, target, 0, probability.length);
      }
    };
  }
}
