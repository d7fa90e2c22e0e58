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
    int place = placeOf(index);
    return place < 0 ? 0.0 : values[place];
  }

  /** The place of an index of a sparse vector; below 0 if it has none. */
  int placeOf(int index) {
    return Arrays.binarySearch(indices, 0, count, index);
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

  /**
   * Becomes sparse or dense, whichever takes less room, as Spark's {@code compressed} decides. A
   * sparse one names no zeros, so that -0.0 becomes 0.0.
   */
  public void compress() {
    int nonZeros = 0;
    for (int i = 0; i < count; i++) {
      if (values[i] != 0.0) {
        nonZeros++;
      }
    }
    if (1.5 * (nonZeros + 1.0) < size) {
      dropZeros(nonZeros);
    } else if (!dense) {
      spread();
    }
  }

  private void dropZeros(int nonZeros) {
    if (indices.length < nonZeros) {
      indices = Arrays.copyOf(indices, nonZeros);
    }
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (values[i] != 0.0) {
        indices[kept] = index(i);
        values[kept++] = values[i];
      }
    }
    dense = false;
    count = kept;
  }

  /** From the end, where no value comes to stand on one that has not moved. */
  private void spread() {
    if (values.length < size) {
      values = Arrays.copyOf(values, size);
    }
    int end = size;
    for (int i = count - 1; i >= 0; i--) {
      double value = values[i];
      Arrays.fill(values, indices[i] + 1, end, 0.0);
      values[indices[i]] = value;
      end = indices[i];
    }
    Arrays.fill(values, 0, end, 0.0);
    dense = true;
    count = size;
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
