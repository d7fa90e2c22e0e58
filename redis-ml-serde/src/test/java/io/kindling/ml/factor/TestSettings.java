package io.kindling.ml.factor;

/** Settings of which a test says what it is about. */
public final class TestSettings {

  private TestSettings() {}

  /** Of this rank and seed. */
  public static FactorSettings of(int rank, long seed) {
    return FactorSettings.builder().rank(rank).seed(seed).build();
  }
}
