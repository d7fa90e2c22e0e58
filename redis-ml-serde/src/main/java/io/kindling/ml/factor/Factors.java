package io.kindling.ml.factor;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The vector of a user or an item while it is updated, with its bias and the number of events that
 * it has learned from. Mutable; not thread-safe. Equal if all numbers are equal to the bit. Safe to
 * send to executors, by Java's serialisation and by Kryo.
 *
 * @since 0.1
 */
public final class Factors implements Serializable {

  private static final long serialVersionUID = 1;

  /** Its numbers, of the model's rank. */
  public final float[] vector;

  /** What is added to a score whatever the other side is. */
  public float bias;

  /** How many events it has learned from, at least 0. */
  public int count;

  /**
   * A vector without bias that has learned from nothing.
   *
   * @param vector taken over, not copied
   */
  public Factors(float[] vector) {
    this(vector, 0, 0);
  }

  /**
   * A vector with its bias.
   *
   * @param vector taken over, not copied
   * @param count how many events it has learned from, at least 0
   */
  public Factors(float[] vector, float bias, int count) {
    if (vector.length == 0) {
      throw new IllegalArgumentException("Cannot hold a vector of rank 0, allowed is 1 or more");
    }
    if (count < 0) {
      throw new IllegalArgumentException(
          "Cannot hold a vector of " + count + " events, allowed is 0 or more");
    }
    this.vector = vector;
    this.bias = bias;
    this.count = count;
  }

  /** How many numbers the vector has. */
  public int rank() {
    return vector.length;
  }

  /** Counts one more event; stays at the largest int. */
  public void countEvent() {
    if (count < Integer.MAX_VALUE) {
      count++;
    }
  }

  /** One that changes on its own. */
  public Factors copy() {
    return new Factors(vector.clone(), bias, count);
  }

  /** The product with another vector of the same rank, summed in double from the first number. */
  public double dot(Factors other) {
    float[] mine = vector;
    float[] theirs = other.vector;
    if (mine.length != theirs.length) {
      throw new IllegalArgumentException(
          "Cannot multiply a vector of rank " + mine.length + " with one of rank " + theirs.length);
    }
    double sum = 0;
    for (int i = 0; i < mine.length; i++) {
      sum += (double) mine[i] * theirs[i];
    }
    return sum;
  }

  /** The length of the vector with the bias as one more number; NaN if any of them is. */
  public double norm() {
    return Math.sqrt(dot(this) + (double) bias * bias);
  }

  /**
   * Whether all numbers are finite and the norm is at most a bound: what is not has diverged, and
   * must not be stored.
   */
  public boolean isWithin(double maxNorm) {
    return norm() <= maxNorm; // false for NaN
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Factors that
        && Float.floatToIntBits(bias) == Float.floatToIntBits(that.bias)
        && count == that.count
        && Arrays.equals(vector, that.vector);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(vector) + Float.hashCode(bias)) + count;
  }

  @Override
  public String toString() {
    return "Factors[vector=%s, bias=%s, count=%d]".formatted(Arrays.toString(vector), bias, count);
  }
}
