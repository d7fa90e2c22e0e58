package io.kindling.dispatch.queue;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the queue knows of a command.
 *
 * @param id of the command
 * @param tenant whose it is
 * @param command which one; empty if it was refused before that could be read
 * @param state where it is in its life
 * @param payload as it was pushed; of a refused one the first 1,024 bytes
 * @param result JSON; null unless the state is RESULT_READY
 * @param error why it ended otherwise, or was put back; null if there is no such reason
 * @param progress JSON of the driver's; null if none was told
 * @param submitted when it was admitted
 * @param started when it was last taken; null if never
 * @param finished when it ended; null if it has not
 * @param deadline when it expires; null if it was refused
 * @param recoveries how often its lease expired
 * @param attempts how often it was put back to be tried later
 */
public record CommandRecord(
    String id,
    String tenant,
    String command,
    CommandState state,
    String payload,
    @Nullable String result,
    @Nullable String error,
    @Nullable String progress,
    Instant submitted,
    @Nullable Instant started,
    @Nullable Instant finished,
    @Nullable Instant deadline,
    int recoveries,
    int attempts) {

  /** From a hash; empty if there is none, or it is not a command's. */
  static Optional<CommandRecord> of(String id, Map<String, String> fields) {
    String state = fields.get("state");
    Instant submitted = instant(fields.get("submitted"));
    if (state == null || submitted == null) {
      return Optional.empty();
    }
    return Optional.of(
        new CommandRecord(
            id,
            fields.getOrDefault("tenant", ""),
            fields.getOrDefault("command", ""),
            CommandState.valueOf(state),
            fields.getOrDefault("payload", ""),
            fields.get("result"),
            fields.get("error"),
            fields.get("progress"),
            submitted,
            instant(fields.get("started")),
            instant(fields.get("finished")),
            instant(fields.get("deadline")),
            Integer.parseInt(fields.getOrDefault("recoveries", "0")),
            Integer.parseInt(fields.getOrDefault("attempts", "0"))));
  }

  private static @Nullable Instant instant(@Nullable String millis) {
    return millis == null ? null : Instant.ofEpochMilli(Long.parseLong(millis));
  }

  /** Without payload and result, which are not for logs. */
  @Override
  public String toString() {
    return "command '" + id + "' (" + command + ") of tenant '" + tenant + "': " + state;
  }
}
