package io.kindling.ml;

/**
 * A map of leaf values into [0, 1], where the Redis-ML module holds them safely, and back.
 *
 * <p>Values are divided by a power of two, which loses nothing; only where some are negative is an
 * offset taken off as well, which costs one rounding of 2^-53 each way.
 *
 * @param exponent the power of two
 * @param offset the smallest value divided by it, 0 where none is negative
 */
record UnitScale(int exponent, double offset) {

  /** A scale for finite values from {@code min} to {@code max}. */
  static UnitScale over(double min, double max) {
    if (min >= 0 && max <= 1) {
      return new UnitScale(0, 0.0);
    }
    int above = Math.getExponent(Math.max(-min, max)) + 1; // every |value| < 2^above
    return min >= 0
        ? new UnitScale(above, 0.0)
        : new UnitScale(above + 1, Math.scalb(min, -above - 1));
  }

  double toUnit(double value) {
    return Math.scalb(value, -exponent) - offset;
  }

  double fromUnit(double unit) {
    return Math.scalb(unit + offset, exponent);
  }

  /** What 1 stands for, without the offset: errors in [0, 1] grow by this. */
  double unit() {
    return Math.scalb(1.0, exponent);
  }
}
