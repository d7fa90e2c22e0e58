package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.Rights;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rights that docs/acl.md grants to drivers and clients: enough, and each is needed. */
@Tag("topologies")
class QueueRightsIT {
  private static final TestRedis SERVER = TestRedis.start();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private static final class As extends QueueContract {
    private final RedisConfig driver;
    private final RedisConfig client;

    As(RedisConfig driver, RedisConfig client) {
      this.driver = driver;
      this.client = client;
      SERVER.ask("FLUSHALL"); // The queue of the lines is the same for all tests.
      SERVER.ask("SCRIPT", "FLUSH"); // Else another role may have sent the text already.
    }

    @Override
    protected RedisConfig admin() {
      return SERVER.config();
    }

    @Override
    RedisConfig driver() {
      return driver;
    }

    @Override
    RedisConfig client() {
      return client;
    }

    @Override
    String queue() {
      return "demo";
    }

    @Override
    Duration patience() {
      return Duration.ofSeconds(6);
    }
  }

  @Test
  void driver_withoutOneOfItsRights_fails() {
    Rights.of("queue-driver")
        .check(
            SERVER,
            Map.of(
                "&kindling:queue:{demo}:done",
                "clients look, and see the end within 2 s",
                "+publish",
                "clients look, and see the end within 2 s",
                "+blmove",
                "a push is seen within 200 ms; logged",
                "+blpop",
                "a push is seen within 200 ms; logged",
                "+scan",
                "lists of unknown tenants are not reported; logged"),
            driver -> new As(driver, SERVER.config()));
  }

  @Test
  void client_withoutOneOfItsRights_fails() {
    Rights.of("queue-client")
        .check(
            SERVER,
            Map.of(
                "&kindling:queue:{demo}:done",
                "the client looks every 200 ms",
                "+subscribe",
                "the client looks every 200 ms",
                "+unsubscribe",
                "it ends by closing its connection",
                "+ping",
                "it subscribes anew after 22 s without a message"),
            client -> new As(SERVER.config(), client));
  }

  @Test
  void client_ofATenant_mayNotActForAnother() {
    try (Redis redis = Redis.connect(Rights.of("queue-client").grant(SERVER))) {
      QueueClient client = new QueueClient(redis, "demo");
      Push other = client.push("other", "c-3", "k", Map.of("command", "count"));

      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(() -> client.submit(other, 10, 10));
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(() -> client.cancel("web", "c-1"));
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(() -> redis.jedis().hset("kindling:queue:{demo}:cmd:c-1", "result", "2"));
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(() -> redis.jedis().rpush("kindling:queue:{demo}:in:other", "x"));
    }
  }
}
