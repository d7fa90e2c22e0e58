/**
 * The quick start: Spark forests trained on real ratings, published to Redis, asked in four ways.
 *
 * <p>In reading order: {@code Quickstart} tells the story; {@code Options}; the data, the features
 * and the forests are those of {@link io.kindling.examples.movies}; {@code ServedForest} publishes
 * one; a {@code Question} is what is asked, a {@code Way} how one asks, {@code Comparison} puts the
 * ways side by side with their {@code Latencies}; {@code Ranking} is what an application would do
 * with the answers; {@code TryIt} shows how others ask. What counts is {@link
 * io.kindling.examples.counters.Count}, and {@code DispatchedBatch} is what a driver answers in one
 * pass.
 */
@NullMarked
package io.kindling.examples.quickstart;

import org.jspecify.annotations.NullMarked;
