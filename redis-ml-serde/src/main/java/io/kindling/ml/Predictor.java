package io.kindling.ml;

import io.kindling.core.Redis;
import io.kindling.core.RedisReplyException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Scores rows inside Redis, with Spark's own answers; the model need not fit into this process, nor
 * be known to it.
 *
 * <pre>{@code
 * Predictor churn = Predictor.open(redis, "churn");
 * double label = churn.predict(FeatureVector.sparse(new int[] {12, 13}, new double[] {1.0, 3.0}));
 * }</pre>
 *
 * <p>It follows the live version: a call that starts after a publication is answered by the new
 * one. One round trip a call. A server that has lost the function library (a restart without
 * persistence, FUNCTION FLUSH) gets it again, if this user may install it; a version that a server
 * has not compiled yet is compiled by repeated calls, which takes up to some seconds for millions
 * of nodes. With {@code read-from-replicas} replicas answer.
 *
 * <p>Thread-safe; holds no connection of its own. For use without a thread a call see {@link
 * AsyncPredictor}, for use without a round trip {@link ModelStore#load} and {@link
 * Forest#evaluator()}.
 *
 * @since 0.1
 */
public final class Predictor {

  private final Redis redis;
  private final ServedName model;
  private final Duration coldTimeout;

  /** Of the version that was live when a batch last looked. */
  private volatile ServingProtocol.@Nullable Cost cost;

  private Predictor(Redis redis, ServedName model, Duration coldTimeout) {
    this.redis = redis;
    this.model = model;
    this.coldTimeout = coldTimeout;
  }

  /**
   * A predictor of a model's live version. Does not connect.
   *
   * @param redis stays the caller's, to be closed after the last prediction
   * @param name as it was published under
   */
  public static Predictor open(Redis redis, String name) {
    return new Predictor(redis, ServedName.live(name), ServingProtocol.COLD_TIMEOUT);
  }

  /**
   * A predictor of one version, whatever is live.
   *
   * @param version as in {@code v3}
   */
  public Predictor pinned(String version) {
    return new Predictor(redis, model.pinned(version), coldTimeout);
  }

  Predictor coldTimeout(Duration timeout) {
    return new Predictor(redis, model, timeout);
  }

  /**
   * The class as a number from 0, or the predicted value of a regression.
   *
   * @param row of a forest, or of a pipeline whose only field is a vector
   * @throws PredictionException if the model or version is not there, or the row does not fit it
   */
  public double predict(FeatureVector row) {
    return ServingProtocol.number(
        call(ServingProtocol.PREDICT, model.arguments(List.of(ServingProtocol.encode(row)))));
  }

  /**
   * Answers a row of a pipeline from its fields.
   *
   * @param row a value for each of the pipeline's fields and for nothing else: a boolean, number,
   *     text, vector or null
   * @throws PredictionException as {@link #predict(FeatureVector)}, and if the pipeline leaves the
   *     row out or one of its stages fails on it, as Spark's does
   */
  public Prediction predict(Map<String, ? extends @Nullable Object> row) {
    return ServingProtocol.explanation(
        call(ServingProtocol.EXPLAIN, model.arguments(FieldArguments.of(row))));
  }

  /** As {@link #predict(Map)}; empty if the pipeline leaves the row out. */
  public Optional<Prediction> tryPredict(Map<String, ? extends @Nullable Object> row) {
    try {
      return Optional.of(predict(row));
    } catch (PredictionException e) {
      if (ServingProtocol.isSkip(e.line())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * The probability of each class.
   *
   * @return {@code double[numClasses]}; empty where the model gives none
   * @throws PredictionException as {@link #predict}
   */
  public double[] predictProbability(FeatureVector row) {
    return explain(row).probability();
  }

  /**
   * Prediction, raw prediction, probabilities and the version that gave them.
   *
   * @throws PredictionException as {@link #predict}
   */
  public Prediction explain(FeatureVector row) {
    return ServingProtocol.explanation(
        call(ServingProtocol.EXPLAIN, model.arguments(List.of(ServingProtocol.encode(row)))));
  }

  /**
   * Scores several rows by one version, in as few calls as the server's limits on the length of a
   * call allow.
   *
   * @return one prediction a row, in order; NaN for a row that a pipeline leaves out
   * @throws PredictionException as {@link #predict}; rows in its line are counted from 1 in the
   *     call that failed
   */
  public double[] predictBatch(List<FeatureVector> rows) {
    List<byte[]> encoded = ServingProtocol.encode(rows);
    ServingProtocol.Cost known = cost;
    if (known != null && ServingProtocol.fitsOneCall(encoded, known.rowCost())) {
      try {
        return batch(model, encoded);
      } catch (PredictionException e) {
        if (!ServingProtocol.isLimit(e.line())) {
          throw e;
        }
      }
      // A larger model has gone live since.
    }
    known = lookUpCost();
    if (known == null) {
      return batch(model, encoded);
    }
    ServedName version = model.pinned(known.version());
    double[] predictions = new double[rows.size()];
    int done = 0;
    for (List<byte[]> call : ServingProtocol.split(encoded, known.rowCost())) {
      double[] some = batch(version, call);
      System.arraycopy(some, 0, predictions, done, some.length);
      done += some.length;
    }
    return predictions;
  }

  private double[] batch(ServedName version, List<byte[]> rows) {
    return rows.isEmpty()
        ? new double[0]
        : ServingProtocol.numbers(call(ServingProtocol.BATCH, version.arguments(rows)));
  }

  /** Null if it cannot be told: the call itself will say why. */
  private ServingProtocol.@Nullable Cost lookUpCost() {
    try {
      String version = model.version();
      if (version == null) {
        version = redis.jedis().hget(model.key(), "live");
      }
      ServingProtocol.Cost known = cost;
      if (version == null || (known != null && known.version().equals(version))) {
        return version == null ? null : known;
      }
      String json = redis.jedis().hget(model.key(), version);
      known = json == null ? null : ServingProtocol.Cost.of(version, json).orElse(null);
      cost = known;
      return known;
    } catch (RedisReplyException.NoPermission e) {
      throw e;
    } catch (RedisReplyException e) {
      return null; // such as a key of another type
    }
  }

  private @Nullable Object call(String function, List<byte[]> arguments) {
    long startNanos = System.nanoTime();
    while (true) {
      try {
        return redis
            .functions()
            .callReadOnly(ModelFunctions.LIBRARY, function, List.of(model.key()), arguments);
      } catch (RedisReplyException e) {
        String line = e.reply();
        if (!ServingProtocol.isRefusal(line)) {
          throw e;
        }
        if (!ServingProtocol.isCold(line)) {
          throw model.refused(line, e);
        }
        if (System.nanoTime() - startNanos > coldTimeout.toNanos()) {
          throw model.stillCold(coldTimeout.toSeconds(), line, e);
        }
      }
    }
  }
}
