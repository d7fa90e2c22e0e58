package io.kindling.ml.step;

import io.kindling.ml.format.ByteSource;

/** The inverse of a link function: from the linear predictor to the mean. */
public enum Link {
  /** The predictor itself. */
  IDENTITY(0),
  /** Its exponential. */
  LOG(1),
  /** 1 / x. */
  INVERSE(2),
  /** x squared. */
  SQRT(3),
  /** 1 / (1 + exp(-x)). */
  LOGIT(4),
  /** The normal distribution function. */
  PROBIT(5),
  /** 1 - exp(-exp(x)). */
  CLOGLOG(6),
  /** x to the power of 1 / p. */
  POWER(7);

  private final int code;

  Link(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static Link decode(ByteSource source) {
    int code = source.u8();
    for (Link known : values()) {
      if (known.code == code) {
        return known;
      }
    }
    throw source.error("link " + code + ", allowed are 0 to 7");
  }

  /** The mean; p is the power of {@link #POWER}. */
  double mean(double x, double p) {
    return switch (this) {
      case IDENTITY -> x;
      case LOG -> Math.exp(x);
      case INVERSE -> 1.0 / x;
      case SQRT -> x * x;
      case LOGIT -> 1.0 / (1.0 + Math.exp(-1.0 * x));
      case PROBIT -> NormalDistribution.below(x);
      case CLOGLOG -> 1.0 - Math.exp(-1.0 * Math.exp(x));
      case POWER -> Math.pow(x, 1.0 / p);
    };
  }
}
