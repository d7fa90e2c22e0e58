package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import org.junit.jupiter.api.Test;

class StandaloneIT extends RedisContract {
  @Override
  protected RedisConfig admin() {
    return TestRedis.shared().config();
  }

  @Test
  void masters_standalone_isTheHandleItself() {
    assertThat(redis.masters()).containsExactly(redis);
    assertThat(redis.replicas()).isEmpty();
  }

  @Test
  void jedis_closedByAUser_staysOpenForTheOthers() {
    redis.jedis().close();

    assertThat(redis.jedis().ping()).isEqualTo("PONG");
  }
}
