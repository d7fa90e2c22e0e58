/**
 * Film ratings and forests that learn from them, for the programs that need them. In reading order:
 * {@code MovieData} of {@code Film}s, {@code Person}s and {@code RatingClasses}; {@code Features},
 * what a forest is shown; {@code FilmForest} trains one; an {@code Answer} is what it says.
 */
@NullMarked
package io.kindling.examples.movies;

import org.jspecify.annotations.NullMarked;
