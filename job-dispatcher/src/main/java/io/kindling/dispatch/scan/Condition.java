package io.kindling.dispatch.scan;

import java.io.Serializable;
import java.util.List;

/**
 * A condition as the scan evaluates it: true for a row or not. There is no NOT and no third truth
 * value; the compiler has brought both down to the tests.
 */
sealed interface Condition extends Serializable {
  /** True for all rows, or for none. */
  record Always(boolean included) implements Condition {}

  /** All of these. */
  record AllOf(List<Condition> conditions) implements Condition {}

  /** One of these at least. */
  record AnyOf(List<Condition> conditions) implements Condition {}

  /**
   * A leaf's value is in a set.
   *
   * @param withNulls whether rows without a value count as well
   */
  record Test(Leaf leaf, Values values, boolean withNulls) implements Condition {}

  /** An element at least of an array fulfils a condition on elements; a null array has none. */
  record AnyElement(Leaf sizes, Condition element) implements Condition {}

  /** An array that is not null, all of whose elements fulfil a condition on elements. */
  record EveryElement(Leaf sizes, Condition element) implements Condition {}
}
