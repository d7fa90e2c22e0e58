package io.kindling.ml;

import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.Slots;
import io.kindling.ml.step.VectorValue;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes one field out of a row into its slot, or says what is wrong with it. */
final class FieldReader {

  private final Column column;
  private final int slot;

  FieldReader(Column column, int slot) {
    this.column = column;
    this.slot = slot;
  }

  void read(Map<String, ? extends @Nullable Object> row, Slots slots) {
    Object value = row.get(column.name());
    if (value == null && !row.containsKey(column.name())) {
      throw new RowRefusedException(
          "Cannot answer the row: field '%s' is missing, of type %s; null is allowed"
              .formatted(column.name(), column.type()));
    }
    read(value, slots);
  }

  void read(@Nullable Object value, Slots slots) {
    if (value == null) {
      slots.setNull(slot);
      return;
    }
    boolean fits =
        switch (column.type()) {
          case BOOLEAN -> readBoolean(value, slots);
          case INTEGER -> readInteger(value, slots);
          case FLOAT -> readNumber(value, slots, /* rounds= */ true);
          case DOUBLE -> readNumber(value, slots, /* rounds= */ false);
          case TEXT -> readText(value, slots);
          case VECTOR -> readVector(value, slots);
          case TEXTS -> readTexts(value, slots);
        };
    if (!fits) {
      throw new RowRefusedException(
          "Cannot answer the row: field '%s' is %s '%s', allowed is %s"
              .formatted(
                  column.name(),
                  value.getClass().getSimpleName(),
                  RowRefusedException.shown(value),
                  column.type()));
    }
  }

  private boolean readBoolean(Object value, Slots slots) {
    if (!(value instanceof Boolean flag)) {
      return false;
    }
    slots.setNumber(slot, flag ? 1.0 : 0.0);
    return true;
  }

  private boolean readInteger(Object value, Slots slots) {
    if (!(value instanceof Number number)
        || value instanceof Double
        || value instanceof Float
        || (value instanceof BigInteger big && big.bitLength() > 63)) {
      return false;
    }
    slots.setNumber(slot, (double) number.longValue());
    return true;
  }

  private boolean readNumber(Object value, Slots slots, boolean rounds) {
    if (!(value instanceof Number number)) {
      return false;
    }
    slots.setNumber(slot, rounds ? number.floatValue() : number.doubleValue());
    return true;
  }

  private boolean readText(Object value, Slots slots) {
    if (!(value instanceof CharSequence text)) {
      return false;
    }
    slots.setText(slot, text.toString());
    return true;
  }

  private boolean readTexts(Object value, Slots slots) {
    if (value instanceof String[] texts) {
      slots.setTexts(slot, texts.clone());
      return true;
    }
    if (!(value instanceof List<?> list)
        || !list.stream().allMatch(text -> text instanceof CharSequence)) {
      return false;
    }
    slots.setTexts(slot, list.stream().map(Object::toString).toArray(String[]::new));
    return true;
  }

  private boolean readVector(Object value, Slots slots) {
    VectorValue vector = slots.fillVector(slot);
    if (value instanceof double[] elements) {
      System.arraycopy(elements, 0, vector.startDense(elements.length), 0, elements.length);
    } else if (value instanceof FeatureVector row) {
      row.copyTo(vector, column.size());
    } else {
      return false;
    }
    if (column.size() > 0 && vector.size() != column.size()) {
      throw new RowRefusedException(
          "Cannot answer the row: field '%s' is a vector of size %d, allowed is %d"
              .formatted(column.name(), vector.size(), column.size()));
    }
    return true;
  }
}
