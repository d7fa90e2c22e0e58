package io.kindling.ml.step;

import java.util.Arrays;

/**
 * A vector of one row, dense or sparse. Its memory is reused from row to row. An index that a
 * sparse one does not name has the value 0.0.
 */
public final class VectorValue {

  private int size;
  private boolean dense;
  private int count;
  private int[] indices = new int[8];
  private double[] values = new double[8];

  /** The number of elements, those that are 0 included. */
  public int size() {
    return size;
  }

  /** Whether every element has a place of its own. */
  public boolean isDense() {
    return dense;
  }

  /** How many elements have a place: all of a dense vector, those that a sparse one names. */
  public int count() {
    return count;
  }

  /** The index of place i, ascending with i. */
  public int index(int i) {
    return dense ? i : indices[i];
  }

  /** The value of place i. */
  public double valueAt(int i) {
    return values[i];
  }

  /** The value of an index. */
  public double get(int index) {
    if (dense) {
      return values[index];
    }
    int place = Arrays.binarySearch(indices, 0, count, index);
    return place < 0 ? 0.0 : values[place];
  }

  /** Begins a sparse vector, to which {@link #append} adds. */
  public void startSparse(int newSize) {
    size = newSize;
    dense = false;
    count = 0;
  }

  /** Adds an element to a sparse vector, behind those that it has. */
  public void append(int index, double value) {
    if (count == values.length || count == indices.length) {
      int room = Math.max(8, 2 * count);
      indices = Arrays.copyOf(indices, room);
      values = Arrays.copyOf(values, room);
    }
    indices[count] = index;
    values[count++] = value;
  }

  /** Ends a sparse vector whose size became known while it was filled. */
  public void endSparse(int newSize) {
    size = newSize;
  }

  /**
   * Begins a dense vector.
   *
   * @return its elements, to be filled, at least {@code newSize} long, with old values in them
   */
  public double[] startDense(int newSize) {
    size = newSize;
    dense = true;
    count = newSize;
    if (values.length < newSize) {
      values = new double[newSize];
    }
    return values;
  }

  /**
   * Writes all elements, zeros included.
   *
   * @param target at least {@link #size()} long
   */
  public void copyTo(double[] target) {
    if (dense) {
      System.arraycopy(values, 0, target, 0, size);
      return;
    }
    Arrays.fill(target, 0, size, 0.0);
    for (int i = 0; i < count; i++) {
      target[indices[i]] = values[i];
    }
  }

  /** Becomes a copy of another vector. */
  public void set(VectorValue other) {
    if (other.dense) {
      System.arraycopy(other.values, 0, startDense(other.size), 0, other.size);
      return;
    }
    startSparse(other.size);
    for (int i = 0; i < other.count; i++) {
      append(other.indices[i], other.values[i]);
    }
  }
}
