package io.kindling.faults;

import io.kindling.core.RedisConfig;
import io.kindling.dispatch.Dispatcher;
import java.time.Duration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** A driver in a process of its own, to be killed and frozen: a dispatcher on a local Spark. */
final class FaultedDriver {
  static final String READY = "ready to answer";
  static final String TENANT = "web";
  static final String DATASET = "people";
  static final int ROWS = 20_000;
  static final Duration LEASE = Duration.ofSeconds(2);
  static final Duration REAP_INTERVAL = Duration.ofMillis(500);

  private FaultedDriver() {}

  /** How many rows {@code id < below and age = age} matches. */
  static long truth(int below, int age) {
    return below <= age ? 0 : (below - age + 89) / 90;
  }

  /** Redis, the queue, the driver's name, a new folder. */
  public static void main(String[] args) {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[2]")
            .setAppName(args[2])
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1")
            .set("spark.local.dir", args[3] + "-local");
    SparkSession spark = SparkSession.builder().config(Dispatcher.configure(conf)).getOrCreate();
    Dispatcher dispatcher =
        Dispatcher.builder(spark, RedisConfig.parse(args[0]), args[1])
            .tenant(TENANT, 1)
            .cachedResults(0)
            .queueOptions(
                options -> options.driverName(args[2]).lease(LEASE).reapInterval(REAP_INTERVAL))
            .dataset(DATASET, spark.range(ROWS).selectExpr("id", "id % 90 age"), args[3])
            .build();
    System.out.println(READY);
    dispatcher.run();
  }
}
