package io.kindling.examples.stocks;

import java.util.Locale;

/**
 * What a share cost at a time.
 *
 * @param timeMillis since 1970
 */
record Tick(long timeMillis, double price) {

  /** As it is stored: {@code 1110153600000:30.812}. */
  static Tick parse(String member) {
    int colon = member.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "Cannot read tick '%s': allowed is time:price", member));
    }
    return new Tick(
        Long.parseLong(member.substring(0, colon)),
        Double.parseDouble(member.substring(colon + 1)));
  }
}
