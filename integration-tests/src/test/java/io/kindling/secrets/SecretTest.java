package io.kindling.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A search that finds nothing would hold nothing. */
class SecretTest {
  static List<String> texts() {
    String password = Secret.PASSWORD;
    return List.of(
        "redis://app:" + password + "@h",
        "redis://app:" + URLEncoder.encode(password, StandardCharsets.UTF_8) + "@h",
        "<td>" + password.replace("&", "&amp;") + "</td>",
        "\"" + password.replace("&", "\\u0026").replace("/", "\\/") + "\"",
        base64(password),
        base64(":" + password),
        "Authorization: Basic " + base64("app:" + password),
        Base64.getUrlEncoder()
            .encodeToString(("user:" + password).getBytes(StandardCharsets.UTF_8)),
        "Bearer " + Secret.TOKEN);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void in_secretInAnyForm_isFound(String text) {
    assertThat(Secret.in(text)).isPresent();
  }

  @Test
  void in_others_isEmpty() {
    assertThat(Secret.in("redis://app:***@h " + base64("another password"))).isEmpty();
  }
}
