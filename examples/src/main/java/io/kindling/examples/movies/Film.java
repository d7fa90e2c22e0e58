package io.kindling.examples.movies;

import java.util.List;

/**
 * A film.
 *
 * @param id the data set's own, part of a model's name in Redis
 */
public record Film(String id, String title, List<String> genres) {}
