package io.kindling.counters;

import io.kindling.core.KindlingException;

/**
 * The run is not the one that was opened: it was reset, its time to live is over, or a newer
 * attempt at the same generation has begun. Nothing was written. Open or resume it again.
 */
public final class RunClosedException extends KindlingException {
  private static final long serialVersionUID = 1;

  RunClosedException(String message) {
    super(message);
  }
}
