package io.kindling.examples.recommender;

/**
 * What a batch job by ALS for implicit preferences is made with, as in Spark.
 *
 * @param rank length of a vector
 * @param regularization of a vector, times the number of its events
 * @param alpha how much more an event counts for each star
 * @param iterations over users and items
 */
record AlsSettings(int rank, double regularization, double alpha, int iterations) {}
