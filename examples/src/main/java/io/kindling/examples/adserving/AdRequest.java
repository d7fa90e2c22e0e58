package io.kindling.examples.adserving;

import io.kindling.ml.FeatureVector;

/**
 * A visitor for whom one of some campaigns is to be chosen: the one whose forest expects a click
 * most. Answered when all their forests have answered; thread-safe.
 */
final class AdRequest {

  private final FeatureVector visitor;
  private final int[] campaigns;
  private final long dueNanos;
  private final Answers answers;

  private int open;
  private int best = -1;
  private double bestScore;

  /** Takes the campaigns over. */
  AdRequest(FeatureVector visitor, int[] campaigns, long dueNanos, Answers answers) {
    this.visitor = visitor;
    this.campaigns = campaigns;
    this.dueNanos = dueNanos;
    this.answers = answers;
    this.open = campaigns.length;
  }

  FeatureVector visitor() {
    return visitor;
  }

  /** Shared, not to be written. */
  int[] campaigns() {
    return campaigns;
  }

  /** When it arrived, whether or not anybody had time for it. */
  long dueNanos() {
    return dueNanos;
  }

  /** Where its answer goes. */
  Answers answers() {
    return answers;
  }

  /** Whether this answer was the last one. Of equal scores the first campaign's counts. */
  synchronized boolean answer(int campaign, double score) {
    if (best < 0 || score > bestScore || (score == bestScore && campaign < best)) {
      best = campaign;
      bestScore = score;
    }
    open--;
    return open == 0;
  }

  synchronized int best() {
    return best;
  }

  synchronized double bestScore() {
    return bestScore;
  }
}
