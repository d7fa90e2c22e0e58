package io.kindling.dispatch.http;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.Rights;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rights that docs/acl.md grants to drivers besides those that any queue needs. */
@Tag("topologies")
class DispatcherRightsIT {
  private static final TestRedis SERVER = TestRedis.start();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private static final class As extends DispatcherContract {
    private final RedisConfig driver;
    private final RedisConfig simpleDriver;

    As(RedisConfig driver, RedisConfig simpleDriver) {
      this.driver = driver;
      this.simpleDriver = simpleDriver;
      SERVER.ask("FLUSHALL"); // The queue of the lines is the same for all tests.
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
    RedisConfig simpleDriver() {
      return simpleDriver;
    }

    @Override
    String queue() {
      return "demo";
    }

    @Override
    Duration patience() {
      return Duration.ofSeconds(10);
    }
  }

  @Test
  void driver_withoutOneOfThePreviewsRights_fails() {
    Rights.of("queue-driver")
        .adding("a driver serves the preview API")
        .check(
            SERVER,
            Map.of("+rpush", "500; the log names it", "+lpush", "500; the log names it"),
            driver -> new As(driver, SERVER.config()));
  }

  @Test
  void simpleDriver_withoutOneOfItsRights_fails() {
    Rights.of("simple-driver").check(SERVER, Map.of(), simple -> new As(SERVER.config(), simple));
  }
}
