package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Redis that a team already runs: evicting, full, managed, with users of few rights. */
class SharedServerIT {
  private TestRedis server = TestRedis.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private void restart(String... arguments) {
    server.close();
    server = TestRedis.start(arguments);
  }

  private Redis connectAs(String user, String... rules) {
    String[] all = new String[rules.length + 4];
    all[0] = "SETUSER";
    all[1] = user;
    all[2] = "on";
    all[3] = ">pw";
    System.arraycopy(rules, 0, all, 4, rules.length);
    assertThat(server.ask("ACL", all)).isEqualTo("OK");
    return Redis.connect("redis://" + user + ":pw@127.0.0.1:" + server.port());
  }

  @Test
  void connect_evictingPolicy_warnsOnce() {
    restart("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
    try (Redis redis = Redis.connect(server.config())) {
      assertThat(redis.warnings())
          .containsExactly(
              "Redis at redis://127.0.0.1:"
                  + server.port()
                  + " may evict keys (maxmemory-policy allkeys-lru, maxmemory 67108864 bytes):"
                  + " models, counters and queues may vanish. Use noeviction, or a server of its"
                  + " own, for what must not be lost; see docs/sharing-redis.md");
    }
  }

  @Test
  void connect_volatilePolicy_warnsAboutKeysWithTtl() {
    restart("--maxmemory-policy", "volatile-ttl");
    try (Redis redis = Redis.connect(server.config())) {
      assertThat(redis.warnings().get(0))
          .contains(
              "volatile-ttl",
              "those with a time to live, such as counters and results, may vanish");
    }
  }

  @Test
  void connect_noeviction_warnsOfNothing() {
    try (Redis redis = Redis.connect(server.config())) {
      assertThat(redis.warnings()).isEmpty();
    }
  }

  @Test
  void connect_infoDenied_worksWithoutTheCheck() {
    try (Redis redis = connectAs("app", "~app:*", "+get", "+set")) {
      redis.jedis().set("app:1", "x");

      assertThat(redis.jedis().get("app:1")).isEqualTo("x");
      assertThat(redis.warnings()).isEmpty();
    }
  }

  @Test
  void command_otherKey_isNoPermission() {
    try (Redis redis = connectAs("app", "~app:*", "+get", "+set")) {
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(() -> redis.jedis().get("other"))
          .withMessageStartingWith("Cannot run GET on 'other' at 127.0.0.1:" + server.port())
          .withMessageContaining("NOPERM");
    }
  }

  @Test
  void ensure_functionDenied_saysWhatToAllow() {
    try (Redis redis = connectAs("app", "~*", "+@all", "-function")) {
      FunctionLibrary library = RedisContract.GREETING;

      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(() -> redis.functions().ensure(library))
          .withMessageStartingWith("Cannot install function library kindlingtest 2: ")
          .withMessageEndingWith(
              "let an administrator install it, or allow +function|load +function|list");
    }
  }

  @Test
  void callReadOnly_readerOfAnInstalledLibrary_needsNoFunctionRight() {
    try (Redis redis = connectAs("reader", "%R~k*", "+fcall_ro", "+get")) {
      try (Redis admin = Redis.connect(server.config())) {
        admin.functions().ensure(RedisContract.GREETING);
        admin.jedis().set("k1", "v");
      }

      Object reply =
          redis
              .functions()
              .callReadOnly(RedisContract.GREETING, "kindlingtest_get", List.of("k1"), List.of());

      assertThat(RedisScripts.text(reply)).isEqualTo("v");
    }
  }

  @Test
  void ensure_commandRenamedAway_saysWhatToDo() {
    restart("--rename-command", "FUNCTION", "");
    try (Redis redis = Redis.connect(server.config())) {
      assertThatExceptionOfType(RedisReplyException.UnknownCommand.class)
          .isThrownBy(() -> redis.functions().ensure(RedisContract.GREETING))
          .withMessageContaining("unknown command 'FUNCTION'")
          .withMessageEndingWith("functions need Redis 7.0 or Valkey; else serve in the JVM")
          .satisfies(e -> assertThat(e).hasMessageNotContaining("with args"));
    }
  }

  @Test
  void scripts_scriptCommandDenied_workAllTheSame() {
    try (Redis redis = connectAs("app", "~*", "+eval", "+evalsha", "+get", "+append")) {
      server.ask("SET", "{a}1", "x");

      Object reply =
          redis.scripts().call(RedisContract.TRANSFER, List.of("{a}2", "{a}1"), List.of("y"));

      assertThat(RedisScripts.text(reply)).isEqualTo(List.of("xy", 1L));
    }
  }

  @Test
  void scripts_commandInsideDenied_isNamed() {
    try (Redis redis = connectAs("app", "~*", "+eval", "+evalsha", "+get")) {
      server.ask("SET", "{a}1", "x");
      List<String> keys = List.of("{a}2", "{a}1");

      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(() -> redis.scripts().call(RedisContract.TRANSFER, keys, List.of("y")))
          .withMessageStartingWith("Cannot run EVAL on '{a}2' at 127.0.0.1:" + server.port())
          .withMessageEndingWith("; line 3 of transfer.lua calls APPEND or GET");
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(
              () -> {
                try (RedisPipeline pipeline = redis.pipeline()) {
                  pipeline.call(RedisContract.TRANSFER, keys, List.of("y"));
                }
              })
          .withMessageEndingWith("; line 3 of transfer.lua calls APPEND or GET");
    }
  }

  @Test
  void functions_commandInsideDenied_isNamed() {
    try (Redis admin = Redis.connect(server.config());
        Redis redis = connectAs("reader", "~*", "+fcall_ro")) {
      admin.functions().ensure(RedisContract.GREETING);

      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(
              () ->
                  redis
                      .functions()
                      .callReadOnly(
                          RedisContract.GREETING, "kindlingtest_get", List.of("k"), List.of()))
          .withMessageEndingWith(" of library kindlingtest calls GET");
    }
  }

  @Test
  void connect_wrongPassword_isNoPermissionWithoutThePassword() {
    restart("--requirepass", "right");
    try (Redis redis = Redis.connect(server.config().toBuilder().password("wrong-one").build())) {
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(redis::jedis)
          .withMessageContaining("WRONGPASS")
          .satisfies(e -> assertThat(e).hasMessageNotContaining("wrong-one"));
    }
  }

  @Test
  void connect_passwordMissing_isNoPermission() {
    restart("--requirepass", "right");
    try (Redis redis = Redis.connect(server.uri())) {
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(redis::jedis)
          .satisfies(e -> assertThat(e.prefix()).isEqualTo("NOAUTH"));
    }
  }

  @Test
  void connect_databaseNumber_isUsed() {
    try (Redis three = Redis.connect(server.uri() + "/3");
        Redis zero = Redis.connect(server.uri())) {
      three.jedis().set("k", "in 3");

      assertThat(zero.jedis().get("k")).isNull();
      assertThat(three.jedis().get("k")).isEqualTo("in 3");
    }
  }

  @Test
  void write_memoryFull_isOutOfMemory() {
    restart("--maxmemory", "1mb");
    try (Redis redis = Redis.connect(server.config());
        RedisPipeline pipeline = redis.pipeline()) {
      pipeline.set("big", "x");

      assertThatExceptionOfType(RedisReplyException.OutOfMemory.class)
          .isThrownBy(pipeline::sync)
          .withMessageContaining("SET on 'big'");
    }
  }

  @Test
  void write_onReplica_isReadOnly() {
    try (TestRedis replica = TestRedis.startReplicaOf(server);
        Redis redis = Redis.connect(replica.config())) {
      assertThatExceptionOfType(RedisReplyException.ReadOnly.class)
          .isThrownBy(() -> redis.jedis().set("k", "v"))
          .withMessageContaining("127.0.0.1:" + replica.port());
    }
  }

  @Test
  void unknownCommand_withPayload_showsNoPayloadNotEvenInTheCause() {
    restart("--rename-command", "RPUSH", "");
    try (Redis redis = Redis.connect(server.config())) {
      assertThatExceptionOfType(RedisReplyException.UnknownCommand.class)
          .isThrownBy(() -> redis.jedis().rpush("k", "the payload"))
          .satisfies(e -> assertThat(e).hasMessageNotContaining("payload"))
          .satisfies(e -> assertThat(e.getCause()).isNull());
    }
  }

  @Test
  void pool_allInUse_saysWhatToRaise() throws Exception {
    RedisConfig small =
        server.config().toBuilder().maxPoolSize(1).timeout(Duration.ofMillis(300)).build();
    try (Redis redis = Redis.connect(small)) {
      redis.jedis().ping();
      CompletableFuture<Object> blocked =
          CompletableFuture.supplyAsync(() -> redis.jedis().blpop(1, "nothing"));
      while (!server.ask("CLIENT", "LIST").contains("cmd=blpop")) {
        Thread.onSpinWait();
      }

      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(() -> redis.jedis().ping())
          .withMessageContaining("are in use; raise spark.kindling.redis.max-pool-size");
      assertThat(blocked.get()).isNull();
    }
  }

  @Test
  void close_lastHandle_closesTheClientAndAnotherOneOpensAgain() {
    Redis first = Redis.connect(server.config());
    Redis second = Redis.connect(server.config());
    first.jedis().set("k", "v");
    assertThat(second.jedis()).isSameAs(first.jedis());

    first.close();
    first.close();

    assertThatIllegalStateException()
        .isThrownBy(first::jedis)
        .withMessageContaining("it is closed");
    assertThat(second.jedis().get("k")).isEqualTo("v");
    second.close();
    assertThat(server.ask("CLIENT", "LIST")).doesNotContain("name=kindling");
    try (Redis third = Redis.connect(server.config())) {
      assertThat(third.jedis().get("k")).isEqualTo("v");
    }
  }
}
