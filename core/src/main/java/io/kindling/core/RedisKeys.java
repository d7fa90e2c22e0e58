package io.kindling.core;

import java.nio.charset.StandardCharsets;

/**
 * Builds Redis keys. The name stands in braces, so that all keys of one name share a cluster slot:
 *
 * <pre>{@code
 * RedisKeys.of("kindling:model", "churn")          // kindling:model:{churn}
 * RedisKeys.of("kindling:count", "r1", "total")    // kindling:count:{r1}:total
 * }</pre>
 */
public final class RedisKeys {
  private static final int MAX_NAME_BYTES = 512;

  private RedisKeys() {}

  /**
   * The key {@code prefix:{name}}, followed by {@code :part} for each part.
   *
   * @param prefix what the key is for; a constant of the program
   * @param name what the user calls it: not empty, at most 512 bytes of UTF-8, without braces and
   *     control characters
   * @param parts what stands behind the name; the same rules hold for each
   * @throws IllegalArgumentException if a rule is broken
   */
  public static String of(String prefix, String name, String... parts) {
    var key = new StringBuilder(prefix).append(":{").append(checkName(name)).append('}');
    for (String part : parts) {
      key.append(':').append(checkName(part));
    }
    return key.toString();
  }

  /**
   * Returns the name if it may stand in a key.
   *
   * @throws IllegalArgumentException if it is empty, longer than 512 bytes of UTF-8, or holds a
   *     brace, a control character or half of a surrogate pair
   */
  public static String checkName(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("Cannot build a key from an empty name");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '{' || c == '}' || Character.isISOControl(c)) {
        throw new IllegalArgumentException(
            String.format(
                "Cannot build a key from a name with U+%04X at index %d: braces and control"
                    + " characters are not allowed",
                (int) c, i));
      }
    }
    // Half of a surrogate pair would become '?': two names would share one key.
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException("Cannot build a key from a name that is not valid UTF-16");
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_NAME_BYTES) {
      throw new IllegalArgumentException(
          "Cannot build a key from a name of "
              + bytes
              + " bytes of UTF-8: at most "
              + MAX_NAME_BYTES
              + " are allowed");
    }
    return name;
  }
}
