package io.kindling.examples.recommender;

/**
 * How popularity and a factor model are added up: log(popularity + floor) + weight x n / (n + ramp)
 * x score of the model, where n is how many events the user had: the more is known of somebody, the
 * more the model counts.
 *
 * @param weight of the model; 0 is popularity alone
 * @param floor of the popularity, in events that happen now
 * @param ramp events at which the model has half of its weight
 */
record Blending(double weight, double floor, double ramp) {

  double score(double popularity, double model, int events) {
    return Math.log(popularity + floor) + weight * events / (events + ramp) * model;
  }
}
