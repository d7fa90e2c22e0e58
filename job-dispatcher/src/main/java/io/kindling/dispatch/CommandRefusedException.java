package io.kindling.dispatch;

import io.kindling.core.KindlingException;

/** A command cannot be executed, now or later; its client is told why. */
public final class CommandRefusedException extends KindlingException {
  private static final long serialVersionUID = 1;

  /** The reason, for the command's client. */
  public CommandRefusedException(String message) {
    super(message);
  }

  /** The reason, for the command's client, and what led to it. */
  public CommandRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
