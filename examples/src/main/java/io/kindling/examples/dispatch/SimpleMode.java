package io.kindling.examples.dispatch;

import io.kindling.core.Redis;
import io.kindling.dispatch.SimpleDispatcher;
import io.kindling.examples.EmbeddedRedis;
import java.io.PrintStream;
import java.time.Duration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The lines of docs/dispatcher.md on SIMPLE mode: one Spark job a command, at most once. */
public final class SimpleMode {
  private static final Duration LIMIT = Duration.ofMinutes(1);

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

  /** Polls, and not for ever: a command that is lost is never answered. */
  private static String await(Redis redis, String key) throws InterruptedException {
    long start = System.nanoTime();
    String answer = redis.jedis().get(key);
    while (answer == null) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new IllegalStateException(
            "Cannot read '%s': there is no answer after %s".formatted(key, LIMIT));
      }
      Thread.sleep(20);
      answer = redis.jedis().get(key);
    }
    return answer;
  }
}
