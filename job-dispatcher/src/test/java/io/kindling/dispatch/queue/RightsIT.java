package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The rights that docs/format/queue-v1.md names are enough, and keep tenants apart. */
class RightsIT {
  private static RedisConfig as(TestRedis redis, String user) {
    Matcher line =
        Pattern.compile("ACL SETUSER " + user + " (.*)")
            .matcher(DocBlock.text("docs/format/queue-v1.md"));
    assertThat(line.find()).isTrue();
    List<String> rules = new ArrayList<>(List.of("SETUSER", user, "reset"));
    rules.addAll(List.of(line.group(1).replace("<password>", "pw").split(" ")));
    assertThat(redis.ask("ACL", rules.toArray(String[]::new))).isEqualTo("OK");
    return RedisConfig.parse("redis://" + user + ":pw@127.0.0.1:" + redis.port());
  }

  @Test
  void rights_ofATenantsClient_letItPushAndReadAndNoMore() {
    try (TestRedis server = TestRedis.start();
        CommandQueue driver =
            CommandQueue.open(
                as(server, "driver"), QueueOptions.builder("demo").tenant("web", 1).build());
        Redis redis = Redis.connect(as(server, "web-client"))) {
      QueueClient client = new QueueClient(redis, "demo");
      Push push = client.push("web", "c-1", "k", Map.of("command", "count"));

      client.submit(push, 10, 10);
      client.submit(push, 10, 10);
      assertThat(driver.awaitWork(Duration.ofSeconds(30))).isTrue();
      driver.finish(driver.take(1).get(0), "1");
      assertThat(client.read("c-1").orElseThrow().result()).isEqualTo("1");
      assertThat(client.states(List.of("c-1"))).hasSize(1);
      redis.jedis().rpush("kindling:queue:{demo}:in:web", QueueBed.count("c-2"));

      Push other = client.push("other", "c-3", "k", Map.of("command", "count"));
      assertThatExceptionOfType(RedisReplyException.class)
          .isThrownBy(() -> client.submit(other, 10, 10));
      assertThatExceptionOfType(RedisReplyException.class)
          .isThrownBy(() -> client.cancel("web", "c-1"));
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(() -> redis.jedis().hset("kindling:queue:{demo}:cmd:c-1", "result", "2"));
    }
  }

  @Test
  void rights_ofADriver_areEnoughForEverything() {
    try (TestRedis server = TestRedis.start();
        CommandQueue driver =
            CommandQueue.open(
                as(server, "driver"),
                QueueOptions.builder("demo")
                    .tenant("web", 1)
                    .maxRecoveries(0)
                    .lease(Duration.ofSeconds(1))
                    .build());
        Redis redis = Redis.connect(as(server, "driver"))) {
      QueueClient client = new QueueClient(redis, "demo");
      for (int i = 0; i < 4; i++) {
        server.ask("RPUSH", "kindling:queue:{demo}:in:web", QueueBed.count("c-" + i));
      }
      server.ask("RPUSH", "kindling:queue:{demo}:in:other", "x");
      assertThat(driver.awaitWork(Duration.ofSeconds(30))).isTrue();
      List<Lease> leases = driver.take(4);
      driver.progress(Map.of(leases.get(0), "{}"));
      driver.finish(leases.get(0), "1");
      driver.retryLater(leases.get(1), "why");
      driver.requeue(leases.subList(2, 3));
      while (client.dead(1).isEmpty()) { // Its keeper may renew in between.
        server.ask("ZADD", "kindling:queue:{demo}:leases", "1", "web/c-3");
        driver.reap();
      }

      assertThat(client.revive("web", "c-3", Duration.ofMinutes(1))).isTrue();
      assertThat(client.cancel("web", "c-3")).isEqualTo(QueueClient.Cancelled.DONE);
      Awaitility.await().until(() -> driver.stats().unknownLists().equals(List.of("other")));
    }
  }
}
