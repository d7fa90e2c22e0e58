package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.lettuce.core.AbstractRedisClient;
import java.lang.reflect.InvocationTargetException;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** Lettuce is optional; who calls for it without having it is told what to add. */
class AsyncPredictorWithoutLettuceTest {

  @Test
  void open_noLettuceOnTheClassPath_namesTheArtifact() throws Exception {
    try (URLClassLoader withoutLettuce = ClassPathWithout.jars("lettuce-core")) {
      var open = withoutLettuce.loadClass(Service.class.getName()).getMethod("open");

      for (int call = 0; call < 2; call++) { // the second one must not meet a half-loaded class
        assertThatThrownBy(() -> open.invoke(null))
            .isInstanceOf(InvocationTargetException.class)
            .cause()
            .hasMessage(
                "Cannot open an asynchronous predictor of model 'churn' (live) at"
                    + " 'kindling:model:{churn}': there is no Lettuce on the class path, add"
                    + " io.lettuce:lettuce-core:6.8.2.RELEASE")
            .extracting(e -> e.getClass().getName())
            .isEqualTo(KindlingException.class.getName());
      }
    }
  }

  @Test
  void message_namesTheVersionThatIsTested() {
    String jar =
        AbstractRedisClient.class.getProtectionDomain().getCodeSource().getLocation().getPath();

    assertThat(AsyncPredictor.LETTUCE).startsWith("io.lettuce:lettuce-core:");
    assertThat(jar).endsWith(AsyncPredictor.LETTUCE.substring(11).replace(':', '-') + ".jar");
  }

  /** What runs in the class loader without Lettuce; public for its reflection. */
  public static final class Service {

    private Service() {}

    /** Opens a predictor. */
    public static void open() {
      AsyncPredictor.open(RedisConfig.parse("localhost"), "churn").close();
    }
  }
}
