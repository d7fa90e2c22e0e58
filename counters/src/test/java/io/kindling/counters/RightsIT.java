package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import org.junit.jupiter.api.Test;

/** The rights that docs/counters.md names are enough, and no others are used. */
class RightsIT {

  private static RedisConfig as(TestRedis redis, String user) {
    Matcher line =
        Pattern.compile("ACL SETUSER " + user + " (.*)").matcher(DocBlock.text("docs/counters.md"));
    assertThat(line.find()).isTrue();
    List<String> rules = new ArrayList<>(List.of("SETUSER", user, "reset"));
    rules.addAll(List.of(line.group(1).replace("<password>", "pw").split(" ")));
    assertThat(redis.ask("ACL", rules.toArray(String[]::new))).isEqualTo("OK");
    return RedisConfig.parse("redis://" + user + ":pw@127.0.0.1:" + redis.port());
  }

  private static CounterVector large() {
    CounterVector vector = new CounterVector();
    for (int i = 0; i < 1_500; i++) {
      vector.put(Kind.SUM, "name-" + i, 1);
    }
    return vector;
  }

  @Test
  void rights_ofAJob_areEnoughForEverything() {
    try (TestRedis redis = TestRedis.start()) {
      RedisConfig config = as(redis, "job");
      Counters counters = Counters.open(config, "r");
      counters.expect("p", 2);
      TestTask.attempt(1).commit(counters, "p", 0, large());
      TestTask.attempt(2).commit(counters, "p", 1, "a", 1);
      TestTask.attempt(3).ofStage(1, 1).commit(counters, "p", 1, "a", 2);
      TestTask.attempt(4).ofStage(2, 0).commit(counters, "p", 1, "a", 3);
      assertThat(counters.conflicts()).hasSize(1);
      assertThat(counters.progress().committedPartitions()).isEqualTo(2);
      Renewal.renew(counters.store());
      Counters restarted = Counters.restart(config, "r");
      TestTask.attempt(5).commit(restarted, "p", 0, large());
      TestTask.attempt(6).commit(restarted, "p", 1, "a", 1);
      restarted.awaitComplete(Duration.ZERO);
      restarted.seal();
      assertThat(Counters.next(config, "r").total("a")).isEqualTo(1);
      try (ApproximateCounters approximate = ApproximateCounters.open(config, "r")) {
        approximate.increment("b");
      }
      Counters forEver =
          Counters.open(config, "s", CountersOptions.defaults().withTtl(Duration.ZERO));
      TestTask.attempt(1).commit(forEver, "p", 0, large());
      forEver.reset();
      restarted.reset();
      assertThat(redis.ask("KEYS", "*")).isEqualTo("[]");
    }
  }

  @Test
  void rights_ofAReader_areEnoughToReadAndNoMore() {
    try (TestRedis redis = TestRedis.start()) {
      Counters counters = Counters.open(redis.config(), "r");
      TestTask.attempt(1).commit(counters, "p", 0, large());
      TestTask.attempt(2).commit(counters, "p", 1, "a", 1);

      Counters reader = Counters.resume(as(redis, "reader"), "r");

      assertThat(reader.total("a")).isEqualTo(1);
      assertThat(reader.totals()).hasSize(1_501);
      assertThat(reader.byPartition("p").get(1)).isEqualTo(Map.of("a", 1L));
      assertThat(reader.statistics("p")).containsKey("a");
      assertThat(reader.minima()).isEmpty();
      assertThat(reader.missing()).isEmpty();
      assertThat(reader.isComplete()).isTrue();
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(reader::progress);
      assertThatExceptionOfType(RedisReplyException.NoPermission.class).isThrownBy(reader::seal);
    }
  }
}
