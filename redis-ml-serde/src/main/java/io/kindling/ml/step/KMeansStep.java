package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A vector to the nearest of some centers: Spark's {@code KMeansModel}, with the formula that Spark
 * chooses for a distance. Of equal distances the first wins; a vector that no center is near to,
 * such as one with NaN, is given 0.
 */
public final class KMeansStep implements Step {

  /** 2^-52. */
  private static final double EPSILON = 0x1p-52;

  private static final double PRECISION = 1e-6;

  /** How far a center is. */
  public enum Distance {
    /** The squared difference. */
    EUCLIDEAN(0),
    /** 1 less the cosine of the angle. */
    COSINE(1);

    private final int code;

    Distance(int code) {
      this.code = code;
    }

    private static Distance decode(ByteSource source) {
      int code = source.u8();
      for (Distance known : values()) {
        if (known.code == code) {
          return known;
        }
      }
      throw source.error("distance " + code + ", allowed are 0 and 1");
    }
  }

  private final Wiring wiring;
  private final Distance distance;
  private final List<double[]> centers;
  private final double[] norms;

  /** Of centers, all of the same size; takes over the arrays. */
  public KMeansStep(Wiring wiring, Distance distance, List<double[]> centers) {
    this.wiring = wiring;
    this.distance = distance;
    this.centers = List.copyOf(centers);
    this.norms = centers.stream().mapToDouble(KMeansStep::norm).toArray();
  }

  static KMeansStep decode(Wiring wiring, ByteSource source) {
    Distance distance = Distance.decode(source);
    int count = source.countOf("centers", 1);
    if (count == 0) {
      throw source.error("0 centers, allowed is 1 or more");
    }
    List<double[]> centers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      centers.add(source.numbers());
      if (centers.get(i).length != centers.get(0).length) {
        throw source.error("the centers differ in size");
      }
    }
    return new KMeansStep(wiring, distance, centers);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.u8(distance.code);
    sink.varint(centers.size());
    centers.forEach(sink::numbers);
  }

  @Override
  public StepKind kind() {
    return StepKind.K_MEANS;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      VectorValue point = StepInput.vector(this, row, centers.get(0).length);
      double norm = norm(point);
      row.setNumber(
          wiring.out(0),
          distance == Distance.COSINE ? nearestByAngle(point, norm) : nearest(point, norm));
    };
  }

  private int nearest(VectorValue point, double norm) {
    double least = Double.POSITIVE_INFINITY;
    int nearest = 0;
    for (int i = 0; i < norms.length; i++) {
      // No center lies nearer than the norms differ.
      double bound = (norms[i] - norm) * (norms[i] - norm);
      if (bound < least) {
        double squared = squaredDistance(centers.get(i), norms[i], point, norm);
        if (squared < least) {
          least = squared;
          nearest = i;
        }
      }
    }
    return nearest;
  }

  private int nearestByAngle(VectorValue point, double norm) {
    double least = Double.POSITIVE_INFINITY;
    int nearest = 0;
    for (int i = 0; i < norms.length; i++) {
      if (!(norms[i] > 0 && norm > 0)) {
        throw RowRefusedException.of(
            this, "meets a vector of norm %s, which has no angle; allowed are others", norm);
      }
      double away = 1 - dot(centers.get(i), point) / norms[i] / norm;
      if (away < least) {
        least = away;
        nearest = i;
      }
    }
    return nearest;
  }

  /** From the norms and the dot product where that is precise enough, else term by term. */
  private static double squaredDistance(
      double[] center, double centerNorm, VectorValue point, double norm) {
    double squaredNorms = centerNorm * centerNorm + norm * norm;
    double difference = centerNorm - norm;
    double error = 2.0 * EPSILON * squaredNorms / (difference * difference + EPSILON);
    if (error < PRECISION) {
      return squaredNorms - 2.0 * dot(center, point);
    }
    if (point.isDense()) {
      return squaredDistance(center, point);
    }
    double dot = dot(center, point);
    double squared = Math.max(squaredNorms - 2.0 * dot, 0.0);
    error = EPSILON * (squaredNorms + 2.0 * Math.abs(dot)) / (squared + EPSILON);
    return error > PRECISION ? squaredDistance(center, point) : squared;
  }

  private static double squaredDistance(double[] center, VectorValue point) {
    double sum = 0.0;
    int place = 0;
    for (int i = 0; i < center.length; i++) {
      double value = 0.0;
      if (place < point.count() && point.index(place) == i) {
        value = point.valueAt(place++);
      }
      double difference = value - center[i];
      sum += difference * difference;
    }
    return sum;
  }

  private static double dot(double[] center, VectorValue point) {
    double sum = 0.0;
    for (int i = 0; i < point.count(); i++) {
      sum += point.valueAt(i) * center[point.index(i)];
    }
    return sum;
  }

  private static double norm(VectorValue point) {
    double sum = 0.0;
    for (int i = 0; i < point.count(); i++) {
      sum += point.valueAt(i) * point.valueAt(i);
    }
    return Math.sqrt(sum);
  }

  private static double norm(double[] center) {
    double sum = 0.0;
    for (double value : center) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}
