package io.kindling.dispatch.scan;

import java.io.Serializable;
import java.util.List;

/**
 * What the column store keeps one block of for each block of rows.
 *
 * @param path of a column or a nested field
 * @param part what of it
 * @param inElement of elements: the path of a field in each, empty for the elements themselves
 */
record Leaf(List<String> path, Part part, List<String> inElement) implements Serializable {
  /** What of a column is kept. */
  enum Part {
    /** Its values. */
    VALUES,
    /** Of an array: how many elements each row has, and where they begin. */
    SIZES,
    /** Of an array: its elements, or a field of them; a row here is an element. */
    ELEMENTS
  }

  Leaf {
    path = List.copyOf(path);
    inElement = List.copyOf(inElement);
  }

  static Leaf values(List<String> path) {
    return new Leaf(path, Part.VALUES, List.of());
  }

  static Leaf sizes(List<String> path) {
    return new Leaf(path, Part.SIZES, List.of());
  }

  static Leaf elements(List<String> path, List<String> inElement) {
    return new Leaf(path, Part.ELEMENTS, inElement);
  }

  @Override
  public String toString() {
    String name = String.join(".", path);
    return switch (part) {
      case VALUES -> name;
      case SIZES -> name + "[]";
      case ELEMENTS -> name + "[]." + String.join(".", inElement);
    };
  }
}
