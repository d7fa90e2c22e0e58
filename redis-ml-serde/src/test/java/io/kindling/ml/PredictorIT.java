package io.kindling.ml;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

class PredictorIT extends PredictorContract {

  @Override
  Scorer open(RedisConfig config, String model) {
    Redis redis = Redis.connect(config);
    return new Adapter(redis, Predictor.open(redis, model));
  }

  private record Adapter(Redis redis, Predictor predictor) implements Scorer {

    @Override
    public double predict(FeatureVector row) {
      return predictor.predict(row);
    }

    @Override
    public Prediction predict(Map<String, ? extends @Nullable Object> row) {
      return predictor.predict(row);
    }

    @Override
    public Optional<Prediction> tryPredict(Map<String, ? extends @Nullable Object> row) {
      return predictor.tryPredict(row);
    }

    @Override
    public double[] predictProbability(FeatureVector row) {
      return predictor.predictProbability(row);
    }

    @Override
    public Prediction explain(FeatureVector row) {
      return predictor.explain(row);
    }

    @Override
    public double[] predictBatch(List<FeatureVector> rows) {
      return predictor.predictBatch(rows);
    }

    @Override
    public Scorer pinned(String version) {
      return new Adapter(redis, predictor.pinned(version));
    }

    @Override
    public Scorer coldTimeout(Duration timeout) {
      return new Adapter(redis, predictor.coldTimeout(timeout));
    }

    @Override
    public void close() {
      redis.close();
    }
  }
}
