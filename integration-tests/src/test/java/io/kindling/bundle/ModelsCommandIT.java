package io.kindling.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.Aggregation;
import io.kindling.ml.Forest;
import io.kindling.ml.ModelStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The registry's command line runs with the one jar on its class path and nothing else. */
class ModelsCommandIT {

  private record Ended(int code, String out, String err) {}

  @Test
  void models_bundleAlone_listsAndRollsBack() throws Exception {
    try (TestRedis server = TestRedis.start();
        Redis redis = Redis.connect(server.config())) {
      ModelStore store = ModelStore.of(redis);
      for (int i = 1; i <= 2; i++) {
        store.publish("titanic", Forest.builder(Aggregation.MEAN, 1, 0).tree().leaf(i).build());
      }

      assertThat(models("list", "--redis", server.uri()))
          .isEqualTo(
              new Ended(0, "model    live  previous  versions\ntitanic  v2    v1        2\n", ""));
      assertThat(models("rollback", "titanic", "--redis", server.uri()))
          .isEqualTo(new Ended(0, "v1 of 'titanic' is live\n", ""));
      assertThat(store.liveVersion("titanic")).isEqualTo("v1");
      assertThat(models("promote", "titanic", "v7", "--redis", server.uri()).code()).isEqualTo(1);
    }
  }

  private static Ended models(String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", Bundle.jar().toString(), "io.kindling.ml.Models"));
    command.addAll(List.of(args));
    Process process = new ProcessBuilder(command).start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), out, err);
  }
}
