package io.kindling.ml;

import java.util.Arrays;

/**
 * The categories that a categorical split sends left, and where it sends everything else.
 *
 * <p>Spark keeps the smaller side of a split as a set and asks {@code contains} of it, so a value
 * that is no category of the training data goes right when the left side was kept and left when the
 * right side was ({@code org.apache.spark.ml.tree.CategoricalSplit}). {@code othersLeft} keeps
 * that.
 */
final class Categories implements Comparable<Categories> {

  private final int arity;
  private final boolean othersLeft;
  private final byte[] leftBits;

  /** Takes over {@code leftBits}: bit {@code v % 8} of byte {@code v / 8}, unused bits 0. */
  Categories(int arity, boolean othersLeft, byte[] leftBits) {
    this.arity = arity;
    this.othersLeft = othersLeft;
    this.leftBits = leftBits;
  }

  int arity() {
    return arity;
  }

  boolean othersLeft() {
    return othersLeft;
  }

  byte[] leftBits() {
    return leftBits;
  }

  boolean isLeft(int category) {
    return (leftBits[category >> 3] >> (category & 7) & 1) != 0;
  }

  boolean goesLeft(double value) {
    int category = (int) value;
    if (category != value || category < 0 || category >= arity) {
      return othersLeft;
    }
    return isLeft(category);
  }

  /** Whether there is at least one category and no bit set behind the last. */
  boolean isCanonical() {
    return arity > 0 && ((arity & 7) == 0 || (leftBits[arity >> 3] & 0xff) >> (arity & 7) == 0);
  }

  /** An order that makes the bytes of equal forests equal; it has no other meaning. */
  @Override
  public int compareTo(Categories other) {
    int byArity = Integer.compare(arity, other.arity);
    if (byArity != 0) {
      return byArity;
    }
    int byOthers = Boolean.compare(othersLeft, other.othersLeft);
    return byOthers != 0 ? byOthers : Arrays.compareUnsigned(leftBits, other.leftBits);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Categories that
        && arity == that.arity
        && othersLeft == that.othersLeft
        && Arrays.equals(leftBits, that.leftBits);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * arity + Boolean.hashCode(othersLeft)) + Arrays.hashCode(leftBits);
  }
}
