package io.kindling.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.testing.TestRedis;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A web service that submits has no Spark, and nothing that Spark brings. */
class SubmitClientWithoutSparkIT {
  private static final List<String> SPARKS =
      List.of("spark-", "scala-", "hadoop-", "jackson-", "commons-lang", "netty-");

  private static URLClassLoader withoutSpark() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      String jar = new File(entry).getName();
      if (SPARKS.stream().noneMatch(jar::startsWith)) {
        urls.add(new File(entry).toURI().toURL());
      }
    }
    return new URLClassLoader(urls.toArray(new URL[0]), null);
  }

  @Test
  void submit_noSparkOnTheClassPath_works() throws Exception {
    TestRedis redis = TestRedis.shared();
    String queue = TestRedis.prefix() + "q";
    try (EchoDriver driver = new EchoDriver(redis.config(), queue);
        URLClassLoader loader = withoutSpark()) {
      Object answer =
          loader
              .loadClass(Service.class.getName())
              .getMethod("answer", String.class, String.class)
              .invoke(null, redis.config().nodes().get(0).toString(), queue);

      assertThat(answer).asString().contains("\"command\":\"echo\",\"x\":[1.5,null]");
      assertThat(driver.executed).hasSize(1);
    }
  }

  @Test
  void classPathOfTheTest_hasNeitherSparkNorJackson() throws Exception {
    try (URLClassLoader loader = withoutSpark()) {
      for (String name :
          List.of(
              "org.apache.spark.SparkContext",
              "scala.Function0",
              "com.fasterxml.jackson.databind.ObjectMapper")) {
        assertThatExceptionOfType(ClassNotFoundException.class)
            .isThrownBy(() -> loader.loadClass(name));
      }
    }
  }

  /** What runs in the class loader without Spark; public for its reflection. */
  public static final class Service {
    private Service() {}

    /** Submits and waits. */
    public static String answer(String address, String queue) throws Exception {
      try (SubmitClient client = SubmitClient.connect(address, queue, "web")) {
        var list = new ArrayList<Object>(List.of(1.5));
        list.add(null);
        return client
            .submit(CommandRequest.of("echo").with("x", list))
            .await(Duration.ofSeconds(60));
      }
    }
  }
}
