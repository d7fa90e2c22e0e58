/**
 * The quick start: Spark forests trained on real ratings, published to Redis, asked in four ways.
 *
 * <p>In reading order: {@code Quickstart} tells the story; {@code Options}; the data, {@code
 * MovieData} of {@code Film}s, {@code Person}s and {@code RatingClasses}; {@code Features}, what a
 * forest is shown; {@code FilmForest} trains one; {@code ServedForest} publishes it; a {@code
 * Question} is what is asked, an {@code Answer} what comes back, a {@code Way} how one asks, {@code
 * Comparison} puts the ways side by side with their {@code Latencies}; {@code Ranking} is what an
 * application would do with the answers; {@code TryIt} shows how others ask; {@code Progress}
 * helps. What counts is {@link io.kindling.examples.counters.Count}, and {@code DispatchedBatch} is
 * what a driver answers in one pass.
 */
@NullMarked
package io.kindling.examples.quickstart;

import org.jspecify.annotations.NullMarked;
