package io.kindling.dispatch.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PreviewServerOptionsTest {
  private static final String TOKEN = "0123456789abcdef";

  private static PreviewServerOptions.Builder options() {
    return PreviewServerOptions.builder().token(TOKEN, "web");
  }

  private static void assertRefused(PreviewServerOptions.Builder builder, String message) {
    assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
  }

  @Test
  void defaults_areThoseThatAreDocumented() {
    PreviewServerOptions options = options().build();

    assertThat(options.address().getAddress().isLoopbackAddress()).isTrue();
    assertThat(options.address().getPort()).isEqualTo(8765);
    assertThat(options.threads()).isEqualTo(16);
    assertThat(options.maxBodyBytes()).isEqualTo(65_536);
    assertThat(options.longestExchange()).isEqualTo(Duration.ofSeconds(20));
    assertThat(options.maxDepth()).isEqualTo(10_000);
    assertThat(options.maxQueueDepth()).isEqualTo(100_000);
  }

  @Test
  void toString_showsNoToken() {
    assertThat(options().build()).hasToString("previews at /127.0.0.1:8765 for [web]");
  }

  @Test
  void tokens_eachOpensForItsTenant() {
    PreviewServerOptions options = options().operatorToken("fedcba9876543210", "ops").build();

    assertThat(options.tokens().find(TOKEN)).hasValue(new Access("web", false));
    assertThat(options.tokens().find("fedcba9876543210")).hasValue(new Access("ops", true));
    assertThat(options.tokens().find("fedcba987654321")).isEmpty();
  }

  @Test
  void token_tooShortOrWithBlanks_isRefusedWithoutBeingShown() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options().token("short", "web"))
        .withMessage(
            "Cannot use the token for tenant 'web', of 5 characters:"
                + " allowed are 16 to 256 visible ones of ASCII");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options().token("with blanks 0123456789", "web"))
        .withMessageNotContaining("blanks 0");
  }

  @Test
  void build_combinationsThatLetNobodyOrAnybodyIn_areRefused() {
    assertRefused(
        PreviewServerOptions.builder(),
        "Cannot serve previews to nobody: name a token, or choose withoutToken");
    assertRefused(
        options().withoutToken("web"), "Cannot serve previews with tokens and without: choose one");
    assertRefused(
        PreviewServerOptions.builder().withoutToken("web").address("0.0.0.0", 1),
        "Cannot serve previews without a token at 0.0.0.0: allowed is that on loopback only");
  }

  @Test
  void build_valuesOutOfRange_areRefused() {
    assertRefused(
        options().address("127.0.0.1", 70_000),
        "Cannot serve previews at port 70000: allowed is 0 to 65535");
    assertRefused(
        options().threads(0), "Cannot serve previews with 0 threads: allowed is 1 to 1000");
    assertRefused(
        options().maxBodyBytes(1),
        "Cannot serve previews with bodies of 1 bytes: allowed is 1024 to 16777216");
    assertRefused(
        options().longestExchange(Duration.ZERO),
        "Cannot serve previews with requests of PT0S: allowed is 100 ms to 10 min");
    assertRefused(
        options().maxDepths(0, 1),
        "Cannot serve previews with depths of 0 and 1: allowed is 1 and above");
  }
}
