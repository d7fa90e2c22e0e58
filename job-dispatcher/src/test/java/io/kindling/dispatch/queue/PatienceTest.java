package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.FunctionLibrary;
import io.kindling.core.RedisReplyException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatienceTest {
  private static boolean mayPass(String reply) {
    return Patience.mayPass(
        RedisReplyException.of(
            reply,
            new IllegalStateException(reply),
            "FCALL on 'k'",
            "127.0.0.1:6379",
            new FunctionLibrary("functions", 1, "")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OOM command not allowed when used memory > 'maxmemory'.",
        "READONLY You can't write against a read only replica.",
        "MISCONF Errors writing to the AOF file: No space left on device",
        "LOADING Redis is loading the dataset in memory",
        "CLUSTERDOWN The cluster is down",
        "BUSY Redis is busy running a script."
      })
  void mayPass_serverThatWillServeAgain_isTrue(String reply) {
    assertThat(mayPass(reply)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ERR unknown command 'X'", "NOPERM this user has no permissions", "WRONGTYPE x"})
  void mayPass_whatOnlySomebodyCanChange_isFalse(String reply) {
    assertThat(mayPass(reply)).isFalse();
  }
}
