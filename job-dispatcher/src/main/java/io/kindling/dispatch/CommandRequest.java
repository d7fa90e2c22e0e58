package io.kindling.dispatch;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command that is to be submitted.
 *
 * <pre>{@code
 * CommandRequest.of("count").with("where", "age > 30 and city = 'Oslo'").withKey("order-77");
 * }</pre>
 *
 * @param command which one
 * @param parameters of the command: strings, numbers, booleans, null, and lists and maps of these
 * @param key idempotency key: under one key a command is executed once; null for one of its own
 * @param timeout from admission to its expiry; null for the driver's default
 */
public record CommandRequest(
    String command,
    Map<String, @Nullable Object> parameters,
    @Nullable String key,
    @Nullable Duration timeout) {

  public CommandRequest {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** A command without parameters. */
  public static CommandRequest of(String command) {
    return new CommandRequest(command, Map.of(), null, null);
  }

  /** This with a parameter. */
  public CommandRequest with(String parameter, @Nullable Object value) {
    var all = new LinkedHashMap<>(parameters);
    all.put(parameter, value);
    return new CommandRequest(command, all, key, timeout);
  }

  /** This under an idempotency key: 1 to 128 of {@code A-Z a-z 0-9 _ . : -}. */
  public CommandRequest withKey(String newKey) {
    return new CommandRequest(command, parameters, newKey, timeout);
  }

  /** This with a deadline: 1 ms to 7 days after a driver has admitted it. */
  public CommandRequest withTimeout(Duration newTimeout) {
    return new CommandRequest(command, parameters, key, newTimeout);
  }

  /** As it is pushed, without id and key. */
  Map<String, @Nullable Object> fields() {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    fields.put("command", command);
    if (timeout != null) {
      fields.put("timeoutMillis", timeout.toMillis());
    }
    parameters.forEach(
        (parameter, value) -> {
          if (fields.containsKey(parameter) || parameter.equals("id") || parameter.equals("key")) {
            throw new IllegalArgumentException(
                "Cannot submit '"
                    + command
                    + "' with a parameter '"
                    + parameter
                    + "': the queue reads it");
          }
          fields.put(parameter, value);
        });
    return fields;
  }
}
