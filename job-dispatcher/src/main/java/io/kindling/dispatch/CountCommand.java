package io.kindling.dispatch;

import java.util.Objects;

/**
 * The parameters of {@code count}.
 *
 * @param dataset of which rows are counted
 * @param where the predicate that they fulfil
 */
record CountCommand(String dataset, String where) {
  static final String NAME = "count";

  CountCommand {
    Objects.requireNonNull(dataset, "dataset");
    Objects.requireNonNull(where, "where");
  }
}
