package io.kindling.core;

import io.kindling.core.testing.TestRedis;

class Resp3IT extends RedisContract {
  @Override
  protected RedisConfig admin() {
    return TestRedis.shared().config().toBuilder().resp(3).build();
  }
}
