package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.step.HandleInvalid;
import java.net.URLClassLoader;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A service follows a model with neither Spark nor Scala on its class path. */
class LiveModelWithoutSparkIT {

  @Test
  void liveModel_noSparkOnTheClassPath_loadsAndPredicts() throws Exception {
    String name = TestRedis.prefix();
    try (Redis redis = Redis.connect(TestRedis.shared().config());
        URLClassLoader withoutSpark = ClassPathWithout.jars("spark-", "scala-")) {
      ModelStore.of(redis).publish(name, Pipelines.fate(HandleInvalid.KEEP));

      Object answer =
          withoutSpark
              .loadClass(Service.class.getName())
              .getMethod("answer", String.class, String.class)
              .invoke(null, TestRedis.shared().uri(), name);

      assertThat(answer).isEqualTo("v1 lived");
    }
  }

  /** What runs in the class loader without Spark; public for its reflection. */
  public static final class Service {

    private Service() {}

    /** Version and label for a row. */
    public static String answer(String uri, String name) {
      try (Redis redis = Redis.connect(uri);
          LiveModel model = LiveModel.open(redis, name)) {
        Prediction answer = model.predict(Map.of("Sex", "female", "Age", 34));
        return answer.version() + " " + answer.label().orElse("-");
      }
    }
  }
}
