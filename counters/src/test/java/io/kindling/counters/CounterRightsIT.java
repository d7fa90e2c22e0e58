package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.Rights;
import io.kindling.core.testing.TestRedis;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rights that docs/acl.md grants to those who count and read: enough, and each is needed. */
@Tag("topologies")
class CounterRightsIT {
  private static final TestRedis SERVER = TestRedis.start();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private static final class As extends CountersContract {
    private final RedisConfig admin;
    private final RedisConfig job;
    private final RedisConfig reader;

    As(RedisConfig admin, RedisConfig job, RedisConfig reader) {
      this.admin = admin;
      this.job = job;
      this.reader = reader;
    }

    @Override
    protected RedisConfig admin() {
      return admin;
    }

    @Override
    RedisConfig job() {
      return job;
    }

    @Override
    RedisConfig reader() {
      return reader;
    }
  }

  @Test
  void counter_withoutOneOfItsRights_fails() {
    Rights.of("counter")
        .check(SERVER, Map.of(), job -> new As(SERVER.config(), job, SERVER.config()));
  }

  @Test
  void counterReader_withoutOneOfItsRights_fails() {
    Rights.of("counter-reader")
        .check(SERVER, Map.of(), reader -> new As(SERVER.config(), SERVER.config(), reader));
  }

  @Test
  void counterReader_thatWrites_isRefused() {
    TestTask.attempt(1).commit(Counters.open(SERVER.config(), "r"), "p", 0, "a", 1);
    Counters reader = Counters.resume(Rights.of("counter-reader").grant(SERVER), "r");

    assertThatExceptionOfType(RedisReplyException.NoPermission.class).isThrownBy(reader::progress);
    assertThatExceptionOfType(RedisReplyException.NoPermission.class).isThrownBy(reader::reset);
  }

  @Test
  void counter_inAClusterWithoutOneOfTheRights_fails() {
    try (TestRedis.Cluster cluster = TestRedis.startCluster(3)) {
      RedisConfig admin = cluster.config();
      Rights.of("counter")
          .adding("it is a cluster, for Jedis")
          .check(cluster, Map.of(), job -> new As(admin, job, admin));
    }
  }
}
