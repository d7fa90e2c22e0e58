package io.kindling.dispatch.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that is answered with an error. */
final class HttpRefusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final @Nullable Integer position;
  private final transient Map<String, String> headers;

  private HttpRefusal(
      int status, String message, @Nullable Integer position, Map<String, String> headers) {
    super(message, null, /* enableSuppression= */ false, /* writableStackTrace= */ false);
    this.status = status;
    this.position = position;
    this.headers = Map.copyOf(headers);
  }

  static HttpRefusal of(int status, String message) {
    return new HttpRefusal(status, message, null, Map.of());
  }

  static HttpRefusal with(String header, String value, int status, String message) {
    return new HttpRefusal(status, message, null, Map.of(header, value));
  }

  /** For a predicate's text. */
  static HttpRefusal at(int position, String message) {
    return new HttpRefusal(400, message, position, Map.of());
  }

  static HttpRefusal tryLater(int status, String message) {
    return with("Retry-After", "1", status, message);
  }

  Answer answer() {
    return Answer.json(status, new Body(status, String.valueOf(getMessage()), position))
        .with(headers);
  }

  /**
   * The one shape of all errors.
   *
   * @param status the HTTP status
   * @param error one line
   * @param position of the offending part of a predicate, 1-based; null for other errors
   */
  private record Body(int status, String error, @Nullable Integer position) {}
}
