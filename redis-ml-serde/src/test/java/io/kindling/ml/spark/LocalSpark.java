package io.kindling.ml.spark;

import org.apache.spark.ml.linalg.BLAS$;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** The one SparkSession of this module's tests: local, one partition, no user interface. */
public final class LocalSpark {

  private static @Nullable SparkSession session;

  private LocalSpark() {}

  /** Starts it at the first call; it ends with the JVM. */
  public static synchronized SparkSession session() {
    if (session == null) {
      session =
          SparkSession.builder()
              .master("local[2]")
              .appName("redis-ml-serde tests")
              .config("spark.ui.enabled", "false")
              .config("spark.serializer", KryoSerializer.class.getName())
              .config("spark.driver.host", "127.0.0.1")
              .config("spark.driver.bindAddress", "127.0.0.1")
              .config("spark.default.parallelism", "1")
              .config("spark.sql.leafNodeDefaultParallelism", "1")
              .config("spark.sql.shuffle.partitions", "1")
              // Thousands of frames of few rows: each would have code generated for it.
              .config("spark.sql.codegen.wholeStage", "false")
              .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
              // Nor is there a page that shows plans, or a shuffle to plan anew.
              .config("spark.sql.ui.explainMode", "simple")
              .config("spark.sql.adaptive.enabled", "false")
              .config("spark.sql.warehouse.dir", "target/spark-warehouse")
              .getOrCreate();
      session.sparkContext().setLogLevel("ERROR");
    }
    return session;
  }

  /** The class that computes Spark's dot products here; JNIBLAS is the machine's native one. */
  public static String blas() {
    return BLAS$.MODULE$.nativeBLAS().getClass().getSimpleName();
  }
}
