package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.util.JedisClusterCRC16;

class AsyncPredictorIT extends PredictorContract {

  @Override
  Scorer open(RedisConfig config, String model) {
    return new Adapter(AsyncPredictor.open(config, model));
  }

  @Test
  void predict_closed_isRefused() {
    AsyncPredictor predictor = AsyncPredictor.open(TestRedis.shared().config(), "m");
    AsyncPredictor pinned = predictor.pinned("v1");
    predictor.close();
    predictor.close();

    assertThatThrownBy(() -> pinned.predict(FeatureVector.dense(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot score with model 'm' v1 at 'kindling:model:{m}': the predictor is closed");
  }

  /** It looks for the failover itself, and earlier than it would look at the cluster anyway. */
  @Test
  @Tag("faults")
  void predict_masterOfAClusterKilled_isAnsweredByItsReplica() throws Exception {
    try (TestRedis.Cluster cluster = TestRedis.startCluster(3);
        Redis redis = Redis.connect(cluster.config())) {
      constant(3).publish(redis, "m");
      int master = JedisClusterCRC16.getSlot("m") * 3 / 16384;
      cluster.ask(master, "WAIT", "1", "5000");
      RedisConfig config = cluster.config().toBuilder().retryFor(Duration.ofSeconds(20)).build();
      try (AsyncPredictor predictor = AsyncPredictor.open(config, "m")) {
        predictor.predict(ZERO).toCompletableFuture().get();

        cluster.kill(master);

        assertThat(predictor.predict(ZERO).toCompletableFuture().get()).isEqualTo(3);
      }
    }
  }

  /** Waits for each stage, and throws what it failed with. */
  private record Adapter(AsyncPredictor predictor) implements Scorer {

    @Override
    public double predict(FeatureVector row) {
      return await(predictor.predict(row));
    }

    @Override
    public Prediction predict(Map<String, ? extends @Nullable Object> row) {
      return await(predictor.predict(row));
    }

    @Override
    public Optional<Prediction> tryPredict(Map<String, ? extends @Nullable Object> row) {
      return await(predictor.tryPredict(row));
    }

    @Override
    public double[] predictProbability(FeatureVector row) {
      return await(predictor.predictProbability(row));
    }

    @Override
    public Prediction explain(FeatureVector row) {
      return await(predictor.explain(row));
    }

    @Override
    public double[] predictBatch(List<FeatureVector> rows) {
      return await(predictor.predictBatch(rows));
    }

    @Override
    public Scorer pinned(String version) {
      return new Adapter(predictor.pinned(version));
    }

    @Override
    public Scorer coldTimeout(Duration timeout) {
      return new Adapter(predictor.coldTimeout(timeout));
    }

    @Override
    public void close() {
      predictor.close();
    }

    private static <T> T await(CompletionStage<T> stage) {
      try {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new AssertionError(e);
      } catch (InterruptedException | TimeoutException e) {
        throw new AssertionError(e);
      }
    }
  }
}
