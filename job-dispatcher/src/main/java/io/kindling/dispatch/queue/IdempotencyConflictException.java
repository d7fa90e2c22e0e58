package io.kindling.dispatch.queue;

import io.kindling.core.KindlingException;

/** An idempotency key was used before for a command of other content. */
public final class IdempotencyConflictException extends KindlingException {
  private static final long serialVersionUID = 1;

  private final String id;

  IdempotencyConflictException(String message, String id) {
    super(message);
    this.id = id;
  }

  /** Of the command that the key stands for. */
  public String id() {
    return id;
  }
}
