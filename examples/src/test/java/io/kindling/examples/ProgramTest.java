package io.kindling.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgramTest {

  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(errors, true, UTF_8);

  @Test
  void exitCode_programThatEnds_isItsOwn() {
    assertThat(Program.exitCode("flowers", err, () -> 1)).isEqualTo(1);
    assertThat(errors.toString(UTF_8)).isEmpty();
  }

  @Test
  void exitCode_programThatCannotRun_is2AndSaysWhy() {
    Program.Body<RuntimeException> unreadable =
        () -> {
          throw new CannotRunException("Cannot read 'ratings.dat'");
        };
    Program.Body<RuntimeException> withoutRedis =
        () -> {
          throw new KindlingException("Cannot connect to localhost:1", new IOException("refused"));
        };

    assertThat(Program.exitCode("flowers", err, unreadable)).isEqualTo(2);
    assertThat(Program.exitCode("redeploy", err, withoutRedis)).isEqualTo(2);
    assertThat(errors.toString(UTF_8).lines())
        .containsExactly(
            "flowers: Cannot read 'ratings.dat'", "redeploy: Cannot connect to localhost:1");
  }

  @Test
  void exitCode_programWithABug_throwsIt() {
    Program.Body<RuntimeException> bug =
        () -> {
          throw new IllegalStateException("a bug");
        };

    assertThatThrownBy(() -> Program.exitCode("flowers", err, bug))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a bug");
    assertThat(errors.toString(UTF_8)).isEmpty();
  }

  @Test
  void onRedis_named_isThatOne() {
    String[] asked = new String[1];

    int code =
        Program.onRedis(
            "redis://somewhere:6379",
            uri -> {
              asked[0] = uri;
              return 1;
            });

    assertThat(code).isEqualTo(1);
    assertThat(asked[0]).isEqualTo("redis://somewhere:6379");
  }

  @Test
  void onRedis_noneNamed_isOneForTheCall() {
    String[] asked = new String[1];

    int code =
        Program.onRedis(
            null,
            uri -> {
              asked[0] = uri;
              try (Redis redis = Redis.connect(uri)) {
                return redis.jedis().ping().equals("PONG") ? 0 : 1;
              }
            });

    assertThat(code).isZero();
    try (Redis gone = Redis.connect(asked[0])) {
      assertThatThrownBy(() -> gone.jedis().ping())
          .isInstanceOf(KindlingException.class)
          .hasMessageEndingWith("no connection to " + asked[0] + ": Connection refused");
    }
  }
}
