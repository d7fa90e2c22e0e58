package io.kindling.dispatch;

import io.kindling.core.KindlingException;
import io.kindling.dispatch.queue.CommandState;

/** A command ended without a result. */
public final class CommandFailedException extends KindlingException {
  private static final long serialVersionUID = 1;

  private final CommandState state;

  CommandFailedException(String id, CommandState state, String error) {
    super("Cannot get the result of command '" + id + "', which is " + state + ": " + error);
    this.state = state;
  }

  /** FAILED, CANCELLED, EXPIRED or DEAD. */
  public CommandState state() {
    return state;
  }
}
