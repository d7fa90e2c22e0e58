package io.kindling.counters;

import java.nio.charset.StandardCharsets;

/** Which names a counter may have: they are fields of hashes, so anything but empty or huge. */
final class CounterNames {
  static final int MAX_BYTES = 512;

  private CounterNames() {}

  /**
   * Returns the name if a counter may have it.
   *
   * @throws IllegalArgumentException if it is empty, longer than 512 bytes of UTF-8, or holds half
   *     of a surrogate pair
   */
  static String check(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("Cannot count under an empty name");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException("Cannot count under a name that is not valid UTF-16");
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "Cannot count under a name of "
              + bytes
              + " bytes of UTF-8: at most "
              + MAX_BYTES
              + " are allowed");
    }
    return name;
  }
}
