package io.kindling.ml;

import io.kindling.ml.step.SlotType;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A column of a {@link Pipeline}: a field that a row gives, or what a step makes.
 *
 * @param name as in Spark's DataFrame
 * @param type as Spark's column has it
 * @param size of a vector, 0 if it is not known; 0 for other types
 * @since 0.1
 */
public record Column(String name, Type type, int size) {

  /** What a column holds, and what a row may give for it. */
  public enum Type {
    /** A {@code Boolean}. */
    BOOLEAN(0, SlotType.NUMBER),
    /** A whole number: {@code Byte}, {@code Short}, {@code Integer}, {@code Long}. */
    INTEGER(1, SlotType.NUMBER),
    /** Any {@code Number}; it is rounded to a float. */
    FLOAT(2, SlotType.NUMBER),
    /** Any {@code Number}; Spark's decimals, too, are served as doubles. */
    DOUBLE(3, SlotType.NUMBER),
    /** A {@code CharSequence}. */
    TEXT(4, SlotType.TEXT),
    /** A {@link FeatureVector} or a {@code double[]}. */
    VECTOR(5, SlotType.VECTOR),
    /** A {@code List} of texts or a {@code String[]}. */
    TEXTS(6, SlotType.TEXTS);

    private final int code;
    private final SlotType slot;

    Type(int code, SlotType slot) {
      this.code = code;
      this.slot = slot;
    }

    /** In bytes. */
    int code() {
      return code;
    }

    static Optional<Type> of(int code) {
      return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }

    SlotType slot() {
      return slot;
    }
  }

  /** Checks the size. */
  public Column {
    Objects.requireNonNull(name, "name");
    if (size < 0 || (size > 0 && type != Type.VECTOR)) {
      throw new IllegalArgumentException(
          "Cannot make column '%s' of type %s: its size is %d".formatted(name, type, size));
    }
  }

  /** A column that holds one value a row. */
  public static Column of(String name, Type type) {
    return new Column(name, type, 0);
  }

  /** A column of vectors of one size, or 0 if it is not known. */
  public static Column vector(String name, int size) {
    return new Column(name, Type.VECTOR, size);
  }
}
