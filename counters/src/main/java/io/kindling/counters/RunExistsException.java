package io.kindling.counters;

import io.kindling.core.KindlingException;

/**
 * There is a run of this name; the message says in which state. Decide: {@link Counters#resume},
 * {@link Counters#restart}, {@link Counters#next} or {@link Counters#reset}.
 */
public final class RunExistsException extends KindlingException {
  private static final long serialVersionUID = 1;

  RunExistsException(String message) {
    super(message);
  }
}
