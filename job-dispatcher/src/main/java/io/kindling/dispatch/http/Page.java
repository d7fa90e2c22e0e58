package io.kindling.dispatch.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The page: one file, which may run its own script, by its hash, and nothing else. */
final class Page {
  private final String html;
  private final String policy;

  private Page(String html) {
    this.html = html;
    policy =
        "default-src 'none'; connect-src 'self'; img-src data:; script-src "
            + hash(between("<script>", "</script>"))
            + "; style-src "
            + hash(between("<style>", "</style>"))
            + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  }

  static Page load() {
    try (InputStream file = Page.class.getResourceAsStream("page.html")) {
      return new Page(
          new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the page", e);
    }
  }

  private String between(String start, String end) {
    int from = html.indexOf(start) + start.length();
    return html.substring(from, html.indexOf(end, from));
  }

  private static String hash(String text) {
    return "'sha256-" + Base64.getEncoder().encodeToString(Tokens.digest(text)) + "'";
  }

  Answer answer() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Security-Policy", policy);
    headers.put("X-Frame-Options", "DENY");
    return Answer.text("text/html; charset=utf-8", html).with(headers);
  }
}
