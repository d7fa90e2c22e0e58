package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import redis.clients.jedis.util.JedisClusterCRC16;

class RedisKeysTest {
  @Test
  void of_nameAndParts_putsOnlyTheNameInBraces() {
    assertThat(RedisKeys.of("kindling:model", "churn")).isEqualTo("kindling:model:{churn}");
    assertThat(RedisKeys.of("kindling:count", "r1", "part", "clean"))
        .isEqualTo("kindling:count:{r1}:part:clean");
  }

  @Test
  void of_sameName_sharesASlot() {
    assertThat(JedisClusterCRC16.getSlot(RedisKeys.of("kindling:count", "r", "total")))
        .isEqualTo(JedisClusterCRC16.getSlot(RedisKeys.of("kindling:count", "r", "meta")));
  }

  @Test
  void of_longestName_isAllowed() {
    String name = "é".repeat(256); // 512 bytes of UTF-8

    assertThat(RedisKeys.of("k", name)).isEqualTo("k:{" + name + "}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisKeys.of("k", name + "e"))
        .withMessage(
            "Cannot build a key from a name of 513 bytes of UTF-8: at most 512 are allowed");
  }

  @Test
  void of_badName_saysWhatIsWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisKeys.of("k", ""))
        .withMessage("Cannot build a key from an empty name");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisKeys.of("k", "a}b"))
        .withMessageContaining("U+007D at index 1: braces and control characters");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisKeys.of("k", "a", "b\n"))
        .withMessageContaining("U+000A at index 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisKeys.of("k", "\ud800"))
        .withMessageContaining("not valid UTF-16");
  }
}
