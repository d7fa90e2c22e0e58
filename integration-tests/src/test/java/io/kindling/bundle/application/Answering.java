package io.kindling.bundle.application;

import io.kindling.core.RedisConfig;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.Handler;
import io.kindling.dispatch.HandlerContext;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** A dispatcher over a small frame, with a command of the application's own that ends it. */
public final class Answering {
  /** The tenant of the queue. */
  public static final String TENANT = "web";

  /** The frame: {@code id} from 0 to 9,999, {@code age} its rest of 90. */
  public static final String DATASET = "people";

  private static final int PEOPLE = 10_000;

  private Answering() {}

  static void untilStopped(SparkSession spark, RedisConfig config, String name, String folder)
      throws IOException {
    var stop = new Stop();
    Dispatcher dispatcher =
        Dispatcher.builder(spark, config, name)
            .tenant(TENANT, 1)
            .dataset(DATASET, spark.range(PEOPLE).selectExpr("id", "id % 90 age"), folder)
            .handler(stop)
            .build();
    stop.dispatcher.set(dispatcher);
    dispatcher.run();
  }

  /** The parameters of {@code stop}, which may be left out. */
  public record Reason(@Nullable String reason) {}

  /** The dispatcher ends, after it. */
  private static final class Stop implements Handler<Reason> {
    private final AtomicReference<@Nullable Dispatcher> dispatcher = new AtomicReference<>();

    @Override
    public String name() {
      return "stop";
    }

    @Override
    public Class<Reason> parameters() {
      return Reason.class;
    }

    @Override
    public Object handle(Reason reason, HandlerContext context) {
      new Thread(Objects.requireNonNull(dispatcher.get())::close, "stop").start();
      return Map.of();
    }
  }
}
