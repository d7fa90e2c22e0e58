package io.kindling.dispatch.predicate;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.kindling.core.KindlingException;
import org.jspecify.annotations.Nullable;

/**
 * A predicate that the gate does not let through. Whatever is wrong with a text, this is what is
 * thrown; the message is one line that may be shown to whoever wrote the text.
 */
public final class PredicateRefusedException extends KindlingException {
  private static final long serialVersionUID = 1;

  private static final int SHOWN_CHARS = 64;
  private static final int MESSAGE_CHARS = 2_000;

  private final String token;
  private final int position;

  private PredicateRefusedException(
      String message, String token, int position, @Nullable Throwable cause) {
    super(message, cause);
    this.token = token;
    this.position = position;
  }

  /**
   * Refuses a text because of a part of it.
   *
   * @param token the part, as it stands in the text
   * @param position where it begins, 1-based
   * @param reason what is said after "Cannot accept the predicate: "
   */
  @FormatMethod
  static PredicateRefusedException at(
      String token, int position, @FormatString String reason, @Nullable Object... args) {
    return because(null, token, position, String.format(reason, args));
  }

  /** Refuses a text because something else could not read it. */
  static PredicateRefusedException because(
      @Nullable Throwable cause, String token, int position, String reason) {
    String line = oneLine(reason, MESSAGE_CHARS);
    return new PredicateRefusedException(
        "Cannot accept the predicate: " + line, token, position, cause);
  }

  /** A part of the text as a message may show it: short, on one line, in quotes. */
  static String shown(String part) {
    return "'" + oneLine(part, SHOWN_CHARS) + "'";
  }

  private static String oneLine(String text, int limit) {
    var line = new StringBuilder();
    text.codePoints()
        .limit(limit)
        .forEach(c -> line.appendCodePoint(isPlain(c) ? c : c == '\n' ? ' ' : '?'));
    if (text.codePointCount(0, text.length()) > limit) {
      line.append("...");
    }
    return line.toString();
  }

  /** Not what breaks a line, is invisible or turns the direction of writing. */
  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The offending part, as it stands in the text; empty where the text ends too early. */
  public String token() {
    return token;
  }

  /** Where the offending part begins: the 1-based index of a {@code char} of the text. */
  public int position() {
    return position;
  }
}
