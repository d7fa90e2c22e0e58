package io.kindling.dispatch.predicate;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Spark says about a text, without what it shows around it. */
final class SparkReason {
  /** {@code [PARSE_SYNTAX_ERROR] }, {@code SQLSTATE: 42601}, {@code (line 1, pos 5)}. */
  private static final Pattern AROUND =
      Pattern.compile(
          "^\\[[A-Z0-9_.]+]\\s*|\\s*SQLSTATE: \\w+|\\s*\\(line \\d+, pos \\d+\\)|;? line \\d+ pos \\d+");

  private static final int MAX_CHARS = 1_000;

  private SparkReason() {}

  /** The first line that says something. */
  static String of(@Nullable Throwable failure) {
    String message = failure == null ? null : failure.getMessage();
    if (message != null) {
      for (String line : message.split("\n", -1)) {
        String start = line.strip();
        start = start.substring(0, Math.min(start.length(), MAX_CHARS));
        String reason = AROUND.matcher(start).replaceAll("").strip();
        if (!reason.isEmpty()) {
          return reason.replaceAll("[.;]+$", "");
        }
      }
    }
    return failure == null ? "no reason" : failure.getClass().getSimpleName();
  }
}
