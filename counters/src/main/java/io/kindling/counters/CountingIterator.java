package io.kindling.counters;

import io.kindling.core.KindlingException;
import java.util.Iterator;

/** Counts while rows go by, and commits when there are no more. */
final class CountingIterator<T, R> implements Iterator<R> {
  private final Iterator<T> rows;
  private final CountedFunction<T, R> function;
  private final TaskCounters counters;
  private boolean committed;

  CountingIterator(Iterator<T> rows, CountedFunction<T, R> function, TaskCounters counters) {
    this.rows = rows;
    this.function = function;
    this.counters = counters;
  }

  @Override
  public boolean hasNext() {
    if (rows.hasNext()) {
      return true;
    }
    if (!committed) {
      counters.commit();
      committed = true;
    }
    return false;
  }

  @Override
  public R next() {
    T row = rows.next();
    try {
      return function.call(row, counters);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new KindlingException("Cannot go on counting: the function failed: " + e, e);
    }
  }
}
