package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.testing.OnTopologiesWithoutFunctions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The oldest Redis suffices for all but functions. */
@OnTopologiesWithoutFunctions
class Redis62IT extends CommandsContract {
  @Test
  void functions_ensure_saysWhatIsNeeded() {
    assertThatExceptionOfType(RedisReplyException.UnknownCommand.class)
        .isThrownBy(() -> redis.functions().ensure(RedisContract.GREETING))
        .withMessageStartingWith(
            "Cannot install function library kindlingtest 2: Cannot run FUNCTION at 127.0.0.1:")
        .withMessageEndingWith("functions need Redis 7.0 or Valkey; else serve in the JVM");
  }

  @Test
  void functions_call_saysThatThereAreNone() {
    assertThatExceptionOfType(RedisReplyException.UnknownCommand.class)
        .isThrownBy(
            () ->
                redis
                    .functions()
                    .callReadOnly(
                        RedisContract.GREETING, "kindlingtest_get", List.of("k"), List.of()))
        .withMessageContaining("unknown command")
        .withMessageContaining("functions need Redis 7.0 or Valkey; else serve in the JVM");
  }
}
