package io.kindling.dispatch.testing;

import io.kindling.dispatch.Dispatcher;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** The one SparkSession of this module's tests. */
public final class LocalSpark {
  private static @Nullable SparkSession session;

  private LocalSpark() {}

  /** Starts it at the first call; it ends with the JVM. */
  public static synchronized SparkSession session() {
    if (session == null) {
      session =
          SparkSession.builder()
              .config(Dispatcher.configure(new SparkConf()))
              .master("local[2]")
              .appName("dispatcher tests")
              .config("spark.ui.enabled", "false")
              .config("spark.driver.host", "127.0.0.1")
              .config("spark.driver.bindAddress", "127.0.0.1")
              .config("spark.sql.shuffle.partitions", "2")
              // Thousands of queries, whose plans no page shows.
              .config("spark.sql.ui.explainMode", "simple")
              .config("spark.sql.session.timeZone", "UTC")
              // Dataset.filter would read ${env:PATH} as the environment's; the gate leaves it a
              // text.
              .config("spark.sql.variable.substitute", "false")
              .config("spark.sql.datetime.java8API.enabled", "true")
              .config("spark.sql.warehouse.dir", "target/spark-warehouse")
              .getOrCreate();
      session.sparkContext().setLogLevel("OFF");
      // It ends this JVM: let it say why.
      Configurator.setLevel("org.apache.spark.util.SparkUncaughtExceptionHandler", Level.ERROR);
    }
    return session;
  }
}
