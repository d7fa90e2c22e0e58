package io.kindling.secrets;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A password that is found again in a text, however it is escaped there: its parts are letters and
 * digits, which no encoding of URIs, HTML or JSON changes, and nothing else looks like one.
 */
final class Secret {
  static final String PASSWORD = "kQ7x9LmB/zW4vT8cN&pR2s6HyD+jF5g3XuE";

  /** Of the preview API. */
  static final String TOKEN = "tK8w2QbVnM5rJ7yLc4XsD9fH3gZpA6eU";

  private static final Pattern PART = Pattern.compile("[A-Za-z0-9]+");
  private static final int OFFSETS = 3;

  private Secret() {}

  /** The first form of a secret in a text. */
  static Optional<String> in(String text) {
    return Stream.of(PASSWORD, TOKEN)
        .flatMap(secret -> forms(secret).stream())
        .filter(text::contains)
        .findFirst();
  }

  private static List<String> forms(String secret) {
    Stream<String> parts = PART.matcher(secret).results().map(part -> part.group());
    Stream<String> base64 =
        Stream.iterate(0, offset -> offset + 1)
            .limit(OFFSETS)
            .flatMap(
                offset ->
                    Stream.of(Base64.getEncoder(), Base64.getUrlEncoder())
                        .map(encoder -> within(encoder, secret, offset)));
    return Stream.concat(parts, base64).distinct().toList();
  }

  /** Base64 of something that has the secret behind so many bytes, without what that changes. */
  private static String within(Base64.Encoder encoder, String secret, int offset) {
    byte[] bytes = ("\0".repeat(offset) + secret).getBytes(StandardCharsets.UTF_8);
    String encoded = encoder.withoutPadding().encodeToString(bytes);
    return encoded.substring(offset == 0 ? 0 : 4, encoded.length() - 4);
  }
}
