package io.kindling.dispatch.queue;

import java.util.regex.Pattern;

/** Which names may stand in keys and records, and how others are shown. */
final class Names {
  static final String ID_ALLOWED = "1 to 128 of A-Z a-z 0-9 _ . : -";
  static final String WORD_ALLOWED = "1 to 64 of A-Z a-z 0-9 _ . -";

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.:-]{1,128}");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final int SHOWN = 64;

  private Names() {}

  /** Of a command, or an idempotency key. */
  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** Of a queue, a tenant, or a kind of command. */
  static boolean isWord(String text) {
    return WORD.matcher(text).matches();
  }

  /**
   * Returns the text if it may name a queue, tenant or kind of command.
   *
   * @param what it names, for the message
   * @throws IllegalArgumentException if it may not
   */
  static String checkWord(String what, String text) {
    if (!isWord(text)) {
      throw new IllegalArgumentException(
          "Cannot use '" + shown(text) + "' as a " + what + ": allowed are " + WORD_ALLOWED);
    }
    return text;
  }

  /**
   * Returns the text if it may be an id or an idempotency key.
   *
   * @param what it is, for the message
   * @throws IllegalArgumentException if it may not
   */
  static String checkId(String what, String text) {
    if (!isId(text)) {
      throw new IllegalArgumentException(
          "Cannot use '" + shown(text) + "' as " + what + ": allowed are " + ID_ALLOWED);
    }
    return text;
  }

  /** Somebody else's name on one line of bounded length. */
  static String shown(String text) {
    String cut = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    var out = new StringBuilder();
    cut.chars()
        .forEach(
            c -> {
              if (Character.isISOControl(c) || Character.isSurrogate((char) c)) {
                out.append(String.format("\\u%04x", c));
              } else {
                out.append((char) c);
              }
            });
    return out.toString();
  }

  /** One line of at most so many characters. */
  static String line(String text, int length) {
    String line = text.replaceAll("\\s*\\R\\s*", " ").strip();
    if (line.length() <= length) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(length - 4)) ? length - 4 : length - 3;
    return line.substring(0, end) + "...";
  }
}
