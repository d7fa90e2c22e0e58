package io.kindling.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every class of every module links on the Spark and the Scala at hand. */
@Tag("smoke")
class LinkageSmokeIT {
  @Test
  void classPath_holdsTheSparkAndTheScalaOfTheProfile() {
    assertThat(org.apache.spark.package$.MODULE$.SPARK_VERSION())
        .isEqualTo(System.getProperty("kindling.test.spark"));
    assertThat(scala.util.Properties.versionNumberString())
        .isEqualTo(System.getProperty("kindling.test.scala"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.kindling.core",
        "io.kindling.ml",
        "io.kindling.counters",
        "io.kindling.dispatch"
      })
  void builtJar_everyClass_links(String module) throws Exception {
    List<String> names = ModuleJar.classNames(module);

    assertThat(names).contains(module + ".package-info");
    for (String name : names) {
      Class<?> type = Class.forName(name, /* initialize= */ true, getClass().getClassLoader());
      // Asking for the members resolves every type that stands in a signature.
      assertThat(type.getDeclaredConstructors()).isNotNull();
      assertThat(type.getDeclaredMethods()).isNotNull();
      assertThat(type.getDeclaredFields()).isNotNull();
    }
  }

  @Test
  void spark_localSession_runsAJob() {
    SparkSession spark = SparkSession.builder().master("local[2]").appName("smoke").getOrCreate();

    assertThat(spark.range(1_000).filter("id % 7 = 0").count()).isEqualTo(143);
    spark.stop();
  }
}
