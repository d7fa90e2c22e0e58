package io.kindling.counters;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** The one SparkSession of this module's tests: two threads, three attempts at a task. */
public final class LocalSpark {
  private static @Nullable SparkSession session;

  private LocalSpark() {}

  /** Starts it at the first call; it ends with the JVM. */
  public static synchronized SparkSession session() {
    if (session == null) {
      session =
          SparkSession.builder()
              .master("local[2,3]")
              .appName("counters tests")
              .config("spark.ui.enabled", "false")
              // Little for the cache, so that a test can fill it.
              .config("spark.memory.fraction", "0.1")
              .config("spark.driver.host", "127.0.0.1")
              .config("spark.driver.bindAddress", "127.0.0.1")
              .config("spark.sql.shuffle.partitions", "2")
              .config("spark.sql.warehouse.dir", "target/spark-warehouse")
              .getOrCreate();
      session.sparkContext().setLogLevel("OFF");
    }
    return session;
  }

  /** Its context, as Java sees it. */
  public static JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(session().sparkContext());
  }
}
