package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What every topology must do whose servers know functions. */
abstract class RedisContract extends CommandsContract {
  static final FunctionLibrary GREETING =
      FunctionLibrary.fromClasspath(RedisContract.class, "greeting.lua");

  @Test
  void functions_ensure_installsOnEveryMaster() {
    redis.functions().ensure(GREETING);

    for (int i = 0; i < 20; i++) {
      redis.functions().call(GREETING, "kindlingtest_set", List.of(key("f" + i)), List.of("v" + i));
      assertThat(
              RedisScripts.text(
                  redis
                      .functions()
                      .callReadOnly(
                          GREETING, "kindlingtest_get", List.of(key("f" + i)), List.of())))
          .isEqualTo("v" + i);
    }
  }

  @Test
  void functions_libraryLost_isInstalledAgain() {
    redis.functions().ensure(GREETING);
    redis.masters().forEach(master -> master.jedis().functionDelete("kindlingtest"));

    redis.functions().call(GREETING, "kindlingtest_set", List.of(key("f")), List.of("v"));

    assertThat(redis.jedis().get(key("f"))).isEqualTo("v");
  }

  @Test
  void functions_ensure_keepsNewerReplacesOlder() {
    String newer = GREETING.source().replace("version: 2", "version: 3");
    String older = GREETING.source().replace("version: 2", "version: 1");
    for (Redis master : redis.masters()) {
      master.jedis().functionLoadReplace(newer);
    }

    redis.functions().ensure(GREETING);

    assertThat(installed()).containsOnly(newer);
    for (Redis master : redis.masters()) {
      master.jedis().functionLoadReplace(older);
    }

    redis.functions().ensure(GREETING);

    assertThat(installed()).containsOnly(GREETING.source());
  }

  private List<String> installed() {
    return redis.masters().stream()
        .map(m -> m.jedis().functionListWithCode("kindlingtest").get(0).getLibraryCode())
        .toList();
  }

  @Test
  void functions_ownErrorReply_keepsItsPrefix() {
    redis.functions().ensure(GREETING);

    assertThatExceptionOfType(RedisReplyException.class)
        .isThrownBy(
            () ->
                redis
                    .functions()
                    .callReadOnly(GREETING, "kindlingtest_fail", List.of(key("f")), List.of()))
        .satisfies(e -> assertThat(e.prefix()).isEqualTo("KINDLINGCOLD"))
        .satisfies(e -> assertThat(e.reply()).isEqualTo("KINDLINGCOLD 1/3"));
  }
}
