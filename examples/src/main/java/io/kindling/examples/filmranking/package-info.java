/**
 * Films sorted for a person by forests in Redis. In reading order: {@link
 * io.kindling.examples.filmranking.MovieRecommender} (the program); {@code PublishedFilms}, what
 * any client finds in Redis; {@code Clients} in other languages; {@code OrderedPairs}, what the
 * order is worth; {@code TimedCalls}, Redis against Spark. Data, features and forests are those of
 * {@link io.kindling.examples.movies}.
 */
@NullMarked
package io.kindling.examples.filmranking;

import org.jspecify.annotations.NullMarked;
