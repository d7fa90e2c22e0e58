package io.kindling.dispatch;

import io.kindling.dispatch.queue.CommandRecord;
import io.kindling.dispatch.queue.CommandState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a command has ended.
 *
 * @param id of the command
 * @param state a final one
 * @param json the result; null unless the state is RESULT_READY
 * @param error why it ended otherwise; null if it has a result
 * @param submitted when a driver admitted it, by Redis's clock
 * @param finished when it ended
 */
public record CommandResult(
    String id,
    CommandState state,
    @Nullable String json,
    @Nullable String error,
    Instant submitted,
    Instant finished) {

  static CommandResult of(CommandRecord record) {
    Instant finished = record.finished();
    return new CommandResult(
        record.id(),
        record.state(),
        record.result(),
        record.error(),
        record.submitted(),
        finished == null ? record.submitted() : finished);
  }

  /**
   * The result.
   *
   * @throws CommandFailedException if there is none
   */
  public String jsonOrThrow() {
    if (json == null) {
      throw new CommandFailedException(id, state, error == null ? "no reason is known" : error);
    }
    return json;
  }

  /** Without the result, which is not for logs. */
  @Override
  public String toString() {
    return "command '" + id + "': " + state;
  }
}
