package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.Rights;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The rights that docs/acl.md grants to those who serve and publish: enough, and each is needed.
 */
@Tag("topologies")
class ModelRightsIT {
  private static final TestRedis SERVER = TestRedis.start();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private enum Role {
    READER,
    FOLLOWER,
    PUBLISHER,
    SCORER
  }

  /** One role is a user's of few rights, the others have all. */
  private static final class As extends ServingContract {
    private final RedisConfig admin;
    private final Role role;
    private final RedisConfig user;

    As(RedisConfig admin, Role role, RedisConfig user) {
      this.admin = admin;
      this.role = role;
      this.user = user;
    }

    @Override
    protected RedisConfig admin() {
      return admin;
    }

    @Override
    RedisConfig reader() {
      return role == Role.READER ? user : admin;
    }

    @Override
    RedisConfig follower() {
      return role == Role.FOLLOWER ? user : admin;
    }

    @Override
    RedisConfig publisher() {
      return role == Role.PUBLISHER ? user : admin;
    }

    @Override
    RedisConfig scorer() {
      return role == Role.SCORER ? user : admin;
    }

    @Override
    Duration patience() {
      return Duration.ofSeconds(6);
    }
  }

  private static Function<RedisConfig, Object> as(Role role) {
    return user -> new As(SERVER.config(), role, user);
  }

  @Test
  void reader_withoutOneOfItsRights_fails() {
    Rights.of("model-reader").check(SERVER, Map.of(), as(Role.READER));
  }

  @Test
  void follower_withoutOneOfItsRights_failsOrPolls() {
    String polls = "it polls, by default every second";
    Rights.of("model-follower")
        .check(
            SERVER,
            Map.of(
                "&kindling:model:*",
                polls,
                "+subscribe",
                polls,
                "+unsubscribe",
                "it ends by closing its connection",
                "+ping",
                "it subscribes anew after 22 s without a message"),
            as(Role.FOLLOWER));
  }

  @Test
  void publisher_withoutOneOfItsRights_fails() {
    String polls = "those who follow poll, by default every second";
    String stays = "a version that was refused stays; the refusal's suppressed error says so";
    Rights.of("model-publisher")
        .check(
            SERVER,
            Map.of("&kindling:model:*", polls, "+publish", polls, "+hvals", stays, "+hdel", stays),
            as(Role.PUBLISHER));
  }

  @Test
  void scorer_withoutOneOfItsRights_fails() {
    Rights.of("stream-scorer").check(SERVER, Map.of(), as(Role.SCORER));
  }

  @Test
  void reader_thatWrites_isRefused() {
    try (Redis reader = Redis.connect(Rights.of("model-reader").grant(SERVER))) {
      assertThatExceptionOfType(RedisReplyException.NoPermission.class)
          .isThrownBy(() -> ModelStore.of(reader).publish("m", ModelsContract.constant(1)))
          .withMessageContaining("allow +function|load +function|list");
    }
  }

  @Test
  void reader_inAClusterWithoutOneOfTheRights_fails() {
    try (TestRedis.Cluster cluster = TestRedis.startCluster(3)) {
      Rights.of("model-reader")
          .adding("it is a cluster, for Jedis")
          .adding("it is a cluster, for `AsyncPredictor`")
          .check(cluster, Map.of(), user -> new As(cluster.config(), Role.READER, user));
    }
  }

  @Test
  void reader_ofAnotherDatabaseWithoutTheRight_fails() {
    RedisConfig five = SERVER.config().toBuilder().database(5).build();
    Rights.of("model-reader")
        .adding("the database is not 0")
        .check(
            SERVER,
            Map.of(),
            user -> new As(five, Role.READER, user.toBuilder().database(5).build()));
  }
}
