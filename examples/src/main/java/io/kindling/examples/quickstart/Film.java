package io.kindling.examples.quickstart;

import java.util.List;

/**
 * A film.
 *
 * @param id the data set's own, part of the model's name in Redis
 */
record Film(String id, String title, List<String> genres) {}
