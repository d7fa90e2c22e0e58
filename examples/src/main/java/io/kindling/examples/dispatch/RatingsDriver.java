package io.kindling.examples.dispatch;

import io.kindling.core.RedisConfig;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.examples.EmbeddedRedis;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** A driver over 100,000 film ratings: the one of docs/dispatcher.md. */
public final class RatingsDriver {
  private static final String DATA =
      System.getProperty("kindling.examples", "examples") + "/data/movietweetings-100k/ratings.dat";

  private RatingsDriver() {}

  /**
   * Runs it on a Redis of its own, or on the one whose URI is the argument, until it is stopped.
   */
  public static void main(String[] args) throws IOException {
    String folder = Files.createTempDirectory("kindling-ratings") + "/1";
    if (args.length > 0) {
      run(System.out, args[0], folder);
      return;
    }
    try (EmbeddedRedis own = EmbeddedRedis.start()) {
      run(System.out, own.uri(), folder);
    }
  }

  private static void run(PrintStream out, String uri, String folder) {
    SparkSession spark = session();
    try (Dispatcher driver = open(spark, RedisConfig.parse(uri), DATA, folder)) {
      String cli = "redis-cli -u " + uri + " ";
      out.println("The driver answers. Ask it:");
      out.println(
          cli
              + "RPUSH 'kindling:queue:{films}:in:web' '{\"id\":\"c-1\",\"command\":\"count\","
              + "\"dataset\":\"ratings\",\"where\":\"rating = 10\"}'");
      out.println(cli + "HGETALL 'kindling:queue:{films}:cmd:c-1'");
      driver.run();
    } finally {
      spark.stop();
    }
  }

  static SparkSession session() {
    SparkConf conf =
        new SparkConf()
            .setAppName("Ratings")
            .setMaster("local[2]")
            .set("spark.ui.enabled", "false")
            .set("spark.log.level", "WARN");
    return SparkSession.builder().config(Dispatcher.configure(conf)).getOrCreate();
  }

  static Dispatcher open(SparkSession spark, RedisConfig redis, String data, String folder) {
    // README: begin
    Dataset<Row> ratings =
        spark
            .read()
            .option("sep", "::")
            .schema("user int, film string, rating int, time long")
            .csv(data);
    Dispatcher driver =
        Dispatcher.builder(spark, redis, "films")
            .tenant("web", 3) // three times the share of batch
            .tenant("batch", 1, ColumnRules.builder().deny("user").build())
            .dataset(
                "ratings", ratings, folder) // written once, to a folder that all executors read
            .handler(new TopValues())
            .build();
    // README: end
    return driver;
  }
}
