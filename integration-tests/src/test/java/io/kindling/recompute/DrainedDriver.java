package io.kindling.recompute;

import io.kindling.core.RedisConfig;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.Handler;
import io.kindling.dispatch.HandlerContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;

/** A driver to submit and to tell to end: its command waits for a sign before its Spark job. */
public final class DrainedDriver {
  static final String READY = "ready to answer";
  static final String TERMINATED = "terminated";
  static final String BEGUN = "begun";
  static final int ROWS = 1_000;

  private DrainedDriver() {}

  /** Called by spark-submit: Redis, the queue, the folder of the signs. */
  public static void main(String[] args) {
    SparkConf conf = Dispatcher.configure(new SparkConf());
    SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
    Path folder = Path.of(args[2]);
    Dispatcher dispatcher =
        Dispatcher.builder(spark, RedisConfig.parse(args[0]), args[1])
            .dataset("people", spark.range(ROWS).toDF(), folder.resolve("people").toString())
            .handler(new CountAtASign(Signs.in(folder)))
            .build();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> Signs.in(folder).give(TERMINATED), "sign of the end"));
    System.out.println(READY);
    dispatcher.run();
  }

  /** What it takes: the sign that it waits for. */
  record Parameters(String sign) {}

  private record CountAtASign(Signs signs) implements Handler<Parameters> {
    @Override
    public String name() {
      return "wait";
    }

    @Override
    public Class<Parameters> parameters() {
      return Parameters.class;
    }

    @Override
    public Object handle(Parameters parameters, HandlerContext context) {
      signs.give(BEGUN);
      signs.await(parameters.sign());
      // Long enough for a Spark that does not wait to be gone.
      Awaitility.await()
          .during(Duration.ofSeconds(2))
          .atMost(Signs.LIMIT)
          .until(() -> context.dataset("people").sparkSession().sparkContext() != null);
      return Map.of("rows", context.dataset("people").count());
    }
  }
}
