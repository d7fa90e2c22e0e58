package io.kindling.bundle.application;

import io.kindling.core.RedisConfig;
import io.kindling.dispatch.Dispatcher;
import java.io.IOException;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Serves a forest and a pipeline, counts, and answers commands until it is told to stop. */
public final class Application {
  /** Given when an executor waits to be killed; its text is the pid. */
  public static final String TO_KILL = "to-kill";

  private Application() {}

  /**
   * Called by spark-submit: Redis, a name for models, runs and queue, and an empty folder that
   * driver, executors and the test share.
   */
  public static void main(String[] args) throws IOException {
    RedisConfig config = RedisConfig.parse(args[0]);
    SparkConf conf = Dispatcher.configure(new SparkConf());
    try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate()) {
      Serving serving = new Serving(spark, config, args[1]);
      System.out.println(serving.forest());
      System.out.println(serving.pipeline());
      Counting counting = new Counting(spark, config, args[1], new Signs(args[2]));
      System.out.println(counting.withAFailingTask());
      System.out.println(counting.withASpeculatedTask());
      System.out.println(counting.withAKilledExecutor());
      Answering.untilStopped(spark, config, args[1], args[2] + "/people");
      System.out.println("dispatched");
    }
  }
}
