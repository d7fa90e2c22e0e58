package io.kindling.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.FunctionLibrary;
import io.kindling.core.Redis;
import io.kindling.core.RedisScripts;
import io.kindling.core.testing.TestRedis;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The fixture's container is one, and takes functions; without a Docker engine this fails. */
@Tag("containers")
class ContainerIT {
  private static Redis redis;

  @BeforeAll
  static void connect() {
    redis = Redis.connect(TestRedis.shared().config());
  }

  @AfterAll
  static void close() {
    redis.close();
  }

  @Test
  void shared_underTheProfile_runsAsTheFirstProcessOfAContainer() {
    assertThat(redis.jedis().ping()).isEqualTo("PONG");
    assertThat(TestRedis.shared().ask("INFO", "server")).contains("process_id:1\r\n");
  }

  @Test
  void functions_library_isInstalledAndAnswers() {
    String key = TestRedis.prefix() + "key";
    var library =
        new FunctionLibrary(
            "kindling_container_it",
            1,
            """
            #!lua name=kindling_container_it
            -- version: 1
            redis.register_function{
              function_name = 'kindling_container_get',
              callback = function(keys) return redis.call('GET', keys[1]) end,
              flags = {'no-writes'}}
            """);
    redis.jedis().set(key, "value");

    redis.functions().ensure(library);
    Object reply =
        redis.functions().callReadOnly(library, "kindling_container_get", List.of(key), List.of());

    assertThat(RedisScripts.text(reply)).isEqualTo("value");
  }
}
