package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A vector to the nearest of some centers: Spark's {@code KMeansModel}, with the formula that Spark
 * chooses for a distance. Of equal distances the first wins.
 *
 * <p>Of few centers Spark knows how far each two lie apart, and leaves out those that cannot be
 * nearer; it then looks at the first center in any case, and refuses a vector with NaN. Of many it
 * knows only their norms, and gives such a vector 0.
 */
public final class KMeansStep implements Step {

  /** 2^-52. */
  private static final double EPSILON = 0x1p-52;

  private static final double PRECISION = 1e-6;

  /** From these numbers on Spark does not keep how far centers lie apart. */
  private static final int MANY_CENTERS = 1000;

  private static final long MANY_TERMS = 1_000_000;

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

  /**
   * For each two centers a distance within which a point to the one is not nearer to the other, on
   * the diagonal to no other; null where Spark keeps none.
   */
  private final double @Nullable [][] reaches;

  /** Of centers, all of the same size; takes over the arrays. */
  public KMeansStep(Wiring wiring, Distance distance, List<double[]> centers) {
    this.wiring = wiring;
    this.distance = distance;
    this.centers = List.copyOf(centers);
    this.norms = centers.stream().mapToDouble(KMeansStep::norm).toArray();
    this.reaches = keepsReaches() ? reaches() : null;
  }

  private boolean keepsReaches() {
    long count = centers.size();
    return count < MANY_CENTERS && count * count * centers.get(0).length < MANY_TERMS;
  }

  private double[][] reaches() {
    int count = centers.size();
    double[][] all = new double[count][count];
    for (int i = 0; i < count; i++) {
      // A single center is compared with none, and its reach with any distance is false.
      all[i][i] = count == 1 ? Double.NaN : Double.POSITIVE_INFINITY;
    }
    for (int i = 0; i < count; i++) {
      for (int k = i + 1; k < count; k++) {
        double reach = reach(i, k);
        all[i][k] = reach;
        all[k][i] = reach;
        all[i][i] = reach < all[i][i] ? reach : all[i][i];
        all[k][k] = reach < all[k][k] ? reach : all[k][k];
      }
    }
    return all;
  }

  private double reach(int i, int k) {
    VectorValue other = new VectorValue();
    System.arraycopy(centers.get(k), 0, other.startDense(centers.get(k).length), 0, other.size());
    if (distance == Distance.COSINE) {
      return 1.0 - Math.sqrt(1.0 - angle(i, other, norms[k]) / 2.0);
    }
    double apart = Math.sqrt(squaredDistance(centers.get(i), norms[i], other, norms[k]));
    return 0.25 * apart * apart;
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
      checkNorm(norm);
      row.setNumber(
          wiring.out(0), reaches == null ? nearest(point, norm) : nearest(point, norm, reaches));
    };
  }

  private void checkNorm(double norm) {
    if (distance == Distance.COSINE) {
      boolean allHaveAngles = norm > 0;
      for (double each : norms) {
        allHaveAngles &= each > 0;
      }
      if (!allHaveAngles) {
        throw RowRefusedException.of(
            this, "meets a vector or a center of norm 0 or NaN, which has no angle, norm %s", norm);
      }
    } else if (reaches != null && Double.isNaN(norm)) {
      throw RowRefusedException.of(this, "meets a vector with NaN, allowed are numbers");
    }
  }

  private int nearest(VectorValue point, double norm) {
    double least = Double.POSITIVE_INFINITY;
    int nearest = 0;
    for (int i = 0; i < norms.length; i++) {
      if (canBeNearer(i, norm, least)) {
        double away = away(i, point, norm);
        if (away < least) {
          least = away;
          nearest = i;
        }
      }
    }
    return nearest;
  }

  private int nearest(VectorValue point, double norm, double[][] reaches) {
    double least = away(0, point, norm);
    if (least < reaches[0][0]) {
      return 0;
    }
    int nearest = 0;
    for (int i = 1; i < norms.length; i++) {
      if (canBeNearer(i, norm, least) && reaches[i][nearest] < least) {
        double away = away(i, point, norm);
        if (away < reaches[i][i]) {
          return i;
        }
        if (away < least) {
          least = away;
          nearest = i;
        }
      }
    }
    return nearest;
  }

  /** No center lies nearer than the norms differ; an angle has nothing to do with norms. */
  private boolean canBeNearer(int i, double norm, double least) {
    double difference = norms[i] - norm;
    return distance == Distance.COSINE || difference * difference < least;
  }

  private double away(int i, VectorValue point, double norm) {
    return distance == Distance.COSINE
        ? angle(i, point, norm)
        : squaredDistance(centers.get(i), norms[i], point, norm);
  }

  private double angle(int i, VectorValue point, double norm) {
    return 1 - dot(centers.get(i), point) / norms[i] / norm;
  }

  /** Of a sparse point from the norms and the dot product where that is precise enough. */
  static double squaredDistance(
      double[] center, double centerNorm, VectorValue point, double norm) {
    if (point.isDense()) {
      return squaredDistance(center, point);
    }
    double squaredNorms = centerNorm * centerNorm + norm * norm;
    double difference = centerNorm - norm;
    double error = 2.0 * EPSILON * squaredNorms / (difference * difference + EPSILON);
    if (error < PRECISION) {
      return squaredNorms - 2.0 * dot(center, point);
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

  static double dot(double[] center, VectorValue point) {
    double sum = 0.0;
    for (int i = 0; i < point.count(); i++) {
      sum += point.valueAt(i) * center[point.index(i)];
    }
    return sum;
  }

  static double norm(VectorValue point) {
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
