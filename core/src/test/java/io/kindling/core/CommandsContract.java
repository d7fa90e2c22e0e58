package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.core.testing.TestRedis;
import io.kindling.core.testing.TopologyContract;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Response;

/** What every topology must do, also where there are no functions; one small subclass for each. */
abstract class CommandsContract extends TopologyContract {
  static final RedisScript TRANSFER =
      RedisScript.fromClasspath(CommandsContract.class, "transfer.lua");

  private final String prefix = TestRedis.prefix();
  Redis redis;

  @BeforeEach
  void connect() {
    redis = connect(admin());
  }

  /** A key of this test; different names lie in different slots. */
  String key(String name) {
    return RedisKeys.of(prefix, name);
  }

  @Test
  void jedis_setAndGet_returnsTheValue() {
    redis.jedis().set(key("a"), "1");

    assertThat(redis.jedis().get(key("a"))).isEqualTo("1");
  }

  @Test
  void jedis_wrongType_namesCommandKeyAndNodeButNoPayload() {
    redis.jedis().set(key("text"), "x");

    assertThatExceptionOfType(RedisReplyException.WrongType.class)
        .isThrownBy(() -> redis.jedis().lpush(key("text"), "the payload"))
        .withMessageMatching(
            "Cannot run LPUSH on '\\Q" + key("text") + "\\E' at [^ ]+:\\d+: WRONGTYPE .*")
        .satisfies(e -> assertThat(e.prefix()).isEqualTo("WRONGTYPE"))
        .satisfies(e -> assertThat(e).hasMessageNotContaining("payload"));
  }

  @Test
  void pipeline_manyKeys_repliesInOrder() {
    var replies = new ArrayList<Response<Long>>();
    int n = 3 * redis.config().pipelineSize() + 7;
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (int i = 0; i < n; i++) {
        pipeline.hincrBy(key("h" + i % 50), "f", i);
        replies.add(pipeline.hincrBy(key("h" + i % 50), "f", 1));
      }
    }

    long[] totals = new long[50];
    for (int i = 0; i < n; i++) {
      totals[i % 50] += i + 1;
      assertThat(replies.get(i).get()).isEqualTo(totals[i % 50]);
    }
  }

  @Test
  void pipeline_oneCommandFails_throwsItAndExecutesTheOthers() {
    redis.jedis().set(key("text"), "x");

    RedisPipeline pipeline = redis.pipeline();
    for (int i = 0; i < 20; i++) {
      pipeline.incr(key("n" + i));
    }
    pipeline.lpush(key("text"), "the payload");
    pipeline.hset(key("text"), "f", "the payload");
    Response<Long> last = pipeline.incr(key("n0"));

    assertThatExceptionOfType(RedisReplyException.WrongType.class)
        .isThrownBy(pipeline::sync)
        .withMessageStartingWith("Cannot run LPUSH on '" + key("text") + "' at ")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
        .satisfies(e -> assertThat(e).hasMessageNotContaining("payload"));
    assertThat(last.get()).isEqualTo(2);
    assertThat(redis.jedis().get(key("n19"))).isEqualTo("1");
    pipeline.close();
  }

  @Test
  void pipeline_scriptUnknownToTheServer_runsInItsPlace() {
    redis.masters().forEach(master -> master.jedis().scriptFlush());
    var replies = new ArrayList<Response<Object>>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (int i = 0; i < 20; i++) {
        String from = key("s" + i);
        pipeline.set(from, "a");
        replies.add(pipeline.call(TRANSFER, List.of(from + ":to", from), List.of("b" + i)));
        pipeline.set(from, "later");
      }
    }

    for (int i = 0; i < 20; i++) {
      assertThat(RedisScripts.text(replies.get(i).get())).isEqualTo(List.of("ab" + i, 1L));
    }
  }

  @Test
  void scripts_unknownToTheServer_areSentAsText() {
    String from = key("from");
    redis.jedis().set(from, "a");
    redis.masters().forEach(master -> master.jedis().scriptFlush());

    for (int i = 0; i < 2; i++) {
      redis.scripts().call(TRANSFER, List.of(from + ":to", from), List.of("b"));
    }

    assertThat(redis.jedis().get(from + ":to")).isEqualTo("abab");
  }

  @Test
  void scripts_wrongKeys_areRefusedBeforeSending() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> redis.scripts().call(TRANSFER, List.of(key("a")), List.of()))
        .withMessage("Cannot run script 'transfer.lua' with 1 keys: it declares 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> redis.scripts().call(TRANSFER, List.of("a", "b"), List.of()))
        .withMessageContaining("'a' and 'b' lie in different cluster slots");
  }

  @Test
  void commands_mastersChangeMeanwhile_goToTheNewOnes() {
    for (int i = 0; i < 20; i++) {
      redis.jedis().set(key("n" + i), "1");
    }

    if (canFailOver()) {
      failOver();
    }

    redis.jedis().set(key("n0"), "1"); // Idempotent, as its connection may be broken.
    var replies = new ArrayList<Response<Long>>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (int i = 0; i < 20; i++) {
        pipeline.set(key("m" + i), "1");
        replies.add(pipeline.incr(key("n" + i)));
      }
    }
    assertThat(replies).allSatisfy(reply -> assertThat(reply.get()).isEqualTo(2));
    String from = key("n0");
    redis.scripts().call(TRANSFER, List.of(from + ":to", from), List.of("b"));
    assertThat(redis.jedis().get(from + ":to")).isEqualTo("2b");
  }
}
