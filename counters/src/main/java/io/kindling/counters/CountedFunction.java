package io.kindling.counters;

import java.io.Serializable;

/**
 * What {@link Counters#counted} does to each row.
 *
 * @param <T> the rows
 * @param <R> what becomes of them
 */
@FunctionalInterface
public interface CountedFunction<T, R> extends Serializable {
  /** Turns a row into another, and counts. */
  R call(T row, TaskCounters counters) throws Exception;
}
