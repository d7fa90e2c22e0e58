package io.kindling.ml.factor;

/**
 * The two sides of a factor model.
 *
 * @since 0.1
 */
public enum FactorKind {
  /** Who acts: rates, listens, clicks. */
  USER(0),
  /** What is acted on. */
  ITEM(1);

  /** What initial vectors are made from: it never changes. */
  private final int number;

  FactorKind(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
