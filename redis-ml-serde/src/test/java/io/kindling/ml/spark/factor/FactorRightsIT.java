package io.kindling.ml.spark.factor;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.Rights;
import io.kindling.core.testing.TestRedis;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rights that docs/acl.md grants to those who learn and recommend: each is needed. */
@Tag("topologies")
class FactorRightsIT {
  private static final TestRedis SERVER = TestRedis.start();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  /** One role is a user's of few rights, the other has all. */
  private static final class As extends FactorContract {
    private final RedisConfig trainer;
    private final RedisConfig reader;

    As(RedisConfig trainer, RedisConfig reader) {
      this.trainer = trainer;
      this.reader = reader;
      SERVER.ask("SCRIPT", "FLUSH"); // Else another role may have sent the text already.
    }

    @Override
    protected RedisConfig admin() {
      return SERVER.config();
    }

    @Override
    RedisConfig trainer() {
      return trainer;
    }

    @Override
    RedisConfig reader() {
      return reader;
    }
  }

  @Test
  void trainer_withoutOneOfItsRights_fails() {
    String silent = "nobody hears of a promotion; readers look";
    Rights.of("factor-trainer")
        .check(
            SERVER,
            Map.of("&kindling:factors:*", silent, "+publish", silent),
            trainer -> new As(trainer, SERVER.config()));
  }

  @Test
  void reader_withoutOneOfItsRights_fails() {
    Rights.of("factor-reader").check(SERVER, Map.of(), reader -> new As(SERVER.config(), reader));
  }
}
