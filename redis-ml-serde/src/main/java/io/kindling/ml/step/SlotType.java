package io.kindling.ml.step;

/** What a slot holds. */
public enum SlotType {
  /** A number, or null. */
  NUMBER,
  /** A text, or null. */
  TEXT,
  /** A vector, or null. */
  VECTOR,
  /** A list of texts, or null. */
  TEXTS
}
