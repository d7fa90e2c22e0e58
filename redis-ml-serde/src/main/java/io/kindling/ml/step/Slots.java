package io.kindling.ml.step;

import org.jspecify.annotations.Nullable;

/**
 * The values of one row, by slot: numbers as doubles, texts, vectors and lists of texts. Reused
 * from row to row; one thread's.
 */
public final class Slots {

  private final double[] numbers;
  private final boolean[] isNull;
  private final @Nullable Object[] objects;
  private final VectorValue[] vectors;

  /** Room for so many slots. */
  public Slots(int size) {
    numbers = new double[size];
    isNull = new boolean[size];
    objects = new Object[size];
    vectors = new VectorValue[size];
  }

  /** Whether a slot is null; a NaN is not. */
  public boolean isNull(int slot) {
    return isNull[slot];
  }

  /** The number in a slot that is not null. */
  public double number(int slot) {
    return numbers[slot];
  }

  /** The text in a slot that is not null. */
  public String text(int slot) {
    return (String) object(slot);
  }

  /** The texts in a slot that is not null. Shared, not to be written. */
  public String[] texts(int slot) {
    return (String[]) object(slot);
  }

  private Object object(int slot) {
    Object value = objects[slot];
    if (value == null) {
      throw new IllegalStateException("Slot " + slot + " is null");
    }
    return value;
  }

  /** The vector in a slot that is not null. */
  public VectorValue vector(int slot) {
    return vectors[slot];
  }

  /** Makes a slot null. */
  public void setNull(int slot) {
    isNull[slot] = true;
  }

  /** Puts a number into a slot. */
  public void setNumber(int slot, double value) {
    isNull[slot] = false;
    numbers[slot] = value;
  }

  /** Puts a text into a slot. */
  public void setText(int slot, String value) {
    isNull[slot] = false;
    objects[slot] = value;
  }

  /** Puts texts into a slot, which are shared from now on. */
  public void setTexts(int slot, String[] value) {
    isNull[slot] = false;
    objects[slot] = value;
  }

  /** The vector of a slot, to be filled: it still holds what it held for the last row. */
  public VectorValue fillVector(int slot) {
    isNull[slot] = false;
    if (vectors[slot] == null) {
      vectors[slot] = new VectorValue();
    }
    return vectors[slot];
  }
}
