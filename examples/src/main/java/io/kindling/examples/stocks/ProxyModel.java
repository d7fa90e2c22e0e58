package io.kindling.examples.stocks;

import io.kindling.core.Redis;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.stocks.PricingDesk.Quote;
import io.kindling.ml.LiveModel;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Predictor;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The regression as it is served: published to Redis, and followed in this JVM. */
final class ProxyModel implements AutoCloseable {

  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final ModelStore store;
  private final String name;
  private final LiveModel live;
  private final Predictor inRedis;
  private Regression inSpark;

  private ProxyModel(ModelStore store, String name, Redis redis, Regression inSpark) {
    this.store = store;
    this.name = name;
    this.inSpark = inSpark;
    live = LiveModel.open(redis, name);
    inRedis = Predictor.open(redis, name);
  }

  /** Publishes the first version. */
  static ProxyModel publish(Redis redis, String name, Regression first) {
    ModelStore store = ModelStore.of(redis);
    store.publish(name, first.forKindling());
    return new ProxyModel(store, name, redis, first);
  }

  /** What a desk asks. */
  LiveModel live() {
    return live;
  }

  /**
   * Publishes another version and waits until it is what the desk asks, so that every run says the
   * same.
   *
   * @return how long it took until the desk had it, the publication included
   */
  Duration replace(Regression next) {
    long start = System.nanoTime();
    String version = store.publish(name, next.forKindling());
    while (!live.version().equals(version)) {
      if (System.nanoTime() - start > LONGEST.toNanos()) {
        throw new CannotRunException(
            "Cannot follow to %s of model '%s': %s".formatted(version, name, live.stats()));
      }
      LockSupport.parkNanos(1_000_000);
    }
    inSpark = next;
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** By how much Spark and Redis differ from what the desk was answered, the larger of the two. */
  double difference(Quote quote, double[] features) {
    double redis = inRedis.predict(quote.returns()).prediction();
    double spark = inSpark.predict(features);
    return Math.max(Math.abs(redis - quote.logReturn()), Math.abs(spark - quote.logReturn()));
  }

  @Override
  public void close() {
    live.close();
  }
}
