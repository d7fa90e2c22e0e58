package io.kindling.dispatch.queue;

import io.kindling.core.KindlingException;

/** There is no room for another command now; later there may be. */
public final class QueueFullException extends KindlingException {
  private static final long serialVersionUID = 1;

  QueueFullException(String message) {
    super(message);
  }
}
