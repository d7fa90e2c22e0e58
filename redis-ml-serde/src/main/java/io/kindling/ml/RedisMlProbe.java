package io.kindling.ml;

import java.util.List;

/**
 * A command and the reply that shows that the Redis-ML module holds a model as meant.
 *
 * @param command scores a row on a temporary key
 * @param reply the number that has to be replied
 * @param tolerance how far from it a reply may be
 * @since 0.1
 */
public record RedisMlProbe(List<String> command, double reply, double tolerance) {

  /** Whether a reply is the expected number. */
  public boolean isPassedBy(String text) {
    try {
      return Math.abs(Double.parseDouble(text) - reply) <= tolerance;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
