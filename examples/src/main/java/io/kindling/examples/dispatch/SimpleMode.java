package io.kindling.examples.dispatch;

import io.kindling.core.Redis;
import io.kindling.dispatch.SimpleDispatcher;
import io.kindling.examples.EmbeddedRedis;
import java.io.PrintStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The lines of the README on SIMPLE mode: one Spark job a command, at most once. */
public final class SimpleMode {
  private SimpleMode() {}

  /** Asks one question, on a Redis of its own. */
  public static void main(String[] args) throws InterruptedException {
    SparkSession spark = RatingsDriver.session();
    try (EmbeddedRedis own = EmbeddedRedis.start();
        Redis redis = Redis.connect(own.uri())) {
      run(System.out, spark, redis, spark.range(100_000).selectExpr("id", "id % 10 + 1 rating"));
    } finally {
      spark.stop();
    }
  }

  static void run(PrintStream out, SparkSession spark, Redis redis, Dataset<Row> films)
      throws InterruptedException {
    String question =
        "{\"id\":\"q-1\",\"command\":\"count\",\"dataset\":\"films\",\"where\":\"rating > 8\"}";
    // README: begin
    SimpleDispatcher driver =
        SimpleDispatcher.builder(spark, redis.config(), "demo").dataset("films", films).build();
    Thread thread = new Thread(driver::run);
    thread.start();
    redis.jedis().rpush("kindling:simple:{demo}:in:default", question);
    // README: end
    String key = "kindling:simple:{demo}:result:default:q-1";
    out.println(await(redis, key));
    driver.close();
    thread.join();
  }

  private static String await(Redis redis, String key) throws InterruptedException {
    String answer = redis.jedis().get(key);
    while (answer == null) {
      Thread.sleep(20);
      answer = redis.jedis().get(key);
    }
    return answer;
  }
}
