package io.kindling.dispatch.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/**
 * Tells tokens apart in a time that depends on no token: equal lengths by a digest, no way out
 * before the last.
 */
final class Tokens {
  private static final String ALLOWED = "[\\x21-\\x7e]{16,256}";

  private final List<Known> known;

  Tokens(List<Known> known) {
    this.known = List.copyOf(known);
  }

  /** A token's digest, and what the token opens. */
  static final class Known {
    private final byte[] digest;
    private final Access access;

    private Known(byte[] digest, Access access) {
      this.digest = digest;
      this.access = access;
    }
  }

  static Known known(String token, Access access) {
    if (!token.matches(ALLOWED)) {
      throw new IllegalArgumentException(
          "Cannot use the token for tenant '%s', of %d characters: allowed are 16 to 256 visible ones of ASCII"
              .formatted(access.tenant(), token.length()));
    }
    return new Known(digest(token), access);
  }

  Optional<Access> find(String token) {
    byte[] digest = digest(token);
    Optional<Access> found = Optional.empty();
    for (Known each : known) {
      if (MessageDigest.isEqual(digest, each.digest)) {
        found = Optional.of(each.access);
      }
    }
    return found;
  }

  List<String> tenants() {
    return known.stream().map(each -> each.access.tenant()).distinct().toList();
  }

  static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JVM has no SHA-256", e);
    }
  }
}
