package io.kindling.ml;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import io.kindling.ml.AsyncConnection.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Scores rows inside Redis as {@link Predictor} does, without a thread that waits: many calls are
 * under way on one connection.
 *
 * <pre>{@code
 * try (AsyncPredictor churn = AsyncPredictor.open(RedisConfig.parse("localhost"), "churn")) {
 *   churn.predict(row).thenAccept(label -> answer(label));
 * }
 * }</pre>
 *
 * <p>Needs {@code io.lettuce:lettuce-core} on the class path, which this module does not bring. All
 * predictors of a JVM on one configuration share one connection a node. Stages complete on the
 * connection's thread: what follows must not block it, or takes a thread of its own ({@code
 * thenApplyAsync}). They fail as {@link Predictor} does; where Java wraps the exception in a {@link
 * CompletionException} it is the cause.
 *
 * <p>Thread-safe.
 *
 * @since 0.1
 */
public final class AsyncPredictor implements AutoCloseable {

  /** The one that this is compiled and tested with. */
  static final String LETTUCE = "io.lettuce:lettuce-core:6.8.2.RELEASE";

  private static final String LETTUCE_CLASS = "io.lettuce.core.AbstractRedisClient";

  private final AsyncConnection connection;
  private final AtomicBoolean closed;
  private final ServedName model;
  private final Duration coldTimeout;

  /** Of the version that was live when a batch last looked. */
  private volatile Optional<ServingProtocol.Cost> cost = Optional.empty();

  private AsyncPredictor(
      AsyncConnection connection, AtomicBoolean closed, ServedName model, Duration coldTimeout) {
    this.connection = connection;
    this.closed = closed;
    this.model = model;
    this.coldTimeout = coldTimeout;
  }

  /**
   * A predictor of a model's live version. Connects, or joins the connection that another predictor
   * of this JVM has opened.
   *
   * @param name as it was published under
   * @throws io.kindling.core.RedisUnavailableException if Redis cannot be reached
   * @throws KindlingException if Lettuce is not on the class path
   */
  public static AsyncPredictor open(RedisConfig config, String name) {
    ServedName model = ServedName.live(name);
    requireLettuce(model);
    return new AsyncPredictor(
        AsyncConnection.acquire(config), new AtomicBoolean(), model, ServingProtocol.COLD_TIMEOUT);
  }

  /** Without it the first use of {@link AsyncConnection} ends in an Error that names some class. */
  private static void requireLettuce(ServedName model) {
    try {
      Class.forName(LETTUCE_CLASS, /* initialize= */ false, AsyncPredictor.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new KindlingException(
          "Cannot open an asynchronous predictor of "
              + model
              + ": there is no Lettuce on the class path, add "
              + LETTUCE,
          e);
    }
  }

  /**
   * A predictor of one version, whatever is live. It closes with this one.
   *
   * @param version as in {@code v3}
   */
  public AsyncPredictor pinned(String version) {
    return new AsyncPredictor(connection, closed, model.pinned(version), coldTimeout);
  }

  AsyncPredictor coldTimeout(Duration timeout) {
    return new AsyncPredictor(connection, closed, model, timeout);
  }

  /** The class as a number from 0, or the predicted value of a regression. */
  public CompletionStage<Double> predict(FeatureVector row) {
    return call(ServingProtocol.PREDICT, Reply.TEXT, model, List.of(ServingProtocol.encode(row)))
        .thenApply(ServingProtocol::number);
  }

  /** Answers a row of a pipeline from its fields, as {@link Predictor#predict(Map)} does. */
  public CompletionStage<Prediction> predict(Map<String, ? extends @Nullable Object> row) {
    return call(ServingProtocol.EXPLAIN, Reply.LIST, model, FieldArguments.of(row))
        .thenApply(ServingProtocol::explanation);
  }

  /** As {@link #predict(Map)}; empty if the pipeline leaves the row out. */
  public CompletionStage<Optional<Prediction>> tryPredict(
      Map<String, ? extends @Nullable Object> row) {
    return predict(row)
        .thenApply(Optional::of)
        .exceptionallyCompose(
            error ->
                AsyncCall.unwrapped(error) instanceof PredictionException e
                        && ServingProtocol.isSkip(e.line())
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(AsyncCall.unwrapped(error)));
  }

  /** The probability of each class, {@code double[numClasses]}; empty where there are none. */
  public CompletionStage<double[]> predictProbability(FeatureVector row) {
    return explain(row).thenApply(Prediction::probability);
  }

  /** Prediction, raw prediction, probabilities and the version that gave them. */
  public CompletionStage<Prediction> explain(FeatureVector row) {
    return call(ServingProtocol.EXPLAIN, Reply.LIST, model, List.of(ServingProtocol.encode(row)))
        .thenApply(ServingProtocol::explanation);
  }

  /**
   * Scores several rows by one version, in as few calls as the server's limits on the length of a
   * call allow, one after the other.
   *
   * @return one prediction a row, in order; NaN for a row that a pipeline leaves out
   */
  public CompletionStage<double[]> predictBatch(List<FeatureVector> rows) {
    List<byte[]> encoded = ServingProtocol.encode(rows);
    if (cost.isEmpty() || !ServingProtocol.fitsOneCall(encoded, cost.get().rowCost())) {
      return splitBatch(encoded);
    }
    return batch(model, encoded)
        .exceptionallyCompose(
            error ->
                AsyncCall.unwrapped(error) instanceof PredictionException e
                        && ServingProtocol.isLimit(e.line())
                    ? splitBatch(encoded) // a larger model has gone live since
                    : CompletableFuture.failedFuture(AsyncCall.unwrapped(error)));
  }

  private CompletableFuture<double[]> splitBatch(List<byte[]> rows) {
    return lookUpCost()
        .thenCompose(
            known ->
                known.isEmpty()
                    ? batch(model, rows)
                    : inTurn(
                        model.pinned(known.get().version()),
                        ServingProtocol.split(rows, known.get().rowCost()),
                        new double[rows.size()]));
  }

  private CompletableFuture<double[]> inTurn(
      ServedName version, List<List<byte[]>> calls, double[] predictions) {
    CompletableFuture<Integer> done = CompletableFuture.completedFuture(0);
    for (List<byte[]> rows : calls) {
      done =
          done.thenCompose(
              first ->
                  batch(version, rows)
                      .thenApply(
                          some -> {
                            System.arraycopy(some, 0, predictions, first, some.length);
                            return first + some.length;
                          }));
    }
    return done.thenApply(all -> predictions);
  }

  private CompletableFuture<double[]> batch(ServedName version, List<byte[]> rows) {
    return rows.isEmpty()
        ? CompletableFuture.completedFuture(new double[0])
        : call(ServingProtocol.BATCH, Reply.LIST, version, rows)
            .thenApply(ServingProtocol::numbers);
  }

  /** Empty if it cannot be told: the call itself will say why. */
  private CompletableFuture<Optional<ServingProtocol.Cost>> lookUpCost() {
    String pinned = model.version();
    CompletableFuture<Optional<String>> version =
        pinned == null ? field("live") : CompletableFuture.completedFuture(Optional.of(pinned));
    return version
        .thenCompose(
            found ->
                found
                    .map(this::lookUpCost)
                    .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty())))
        .exceptionallyCompose(
            error -> {
              Throwable cause = AsyncCall.unwrapped(error);
              return cause instanceof RedisReplyException // such as a key of another type
                      && !(cause instanceof RedisReplyException.NoPermission)
                  ? CompletableFuture.completedFuture(Optional.empty())
                  : CompletableFuture.failedFuture(cause);
            });
  }

  private CompletableFuture<Optional<ServingProtocol.Cost>> lookUpCost(String version) {
    Optional<ServingProtocol.Cost> known = cost;
    if (known.isPresent() && known.get().version().equals(version)) {
      return CompletableFuture.completedFuture(known);
    }
    return field(version)
        .thenApply(
            json -> {
              cost = json.flatMap(text -> ServingProtocol.Cost.of(version, text));
              return cost;
            });
  }

  private CompletableFuture<Optional<String>> field(String field) {
    return repeated(model, () -> connection.hget(model.key(), field));
  }

  private CompletableFuture<Object> call(
      String function, Reply reply, ServedName version, List<byte[]> rows) {
    List<byte[]> arguments = version.arguments(rows);
    return repeated(version, () -> connection.call(function, reply, version.key(), arguments));
  }

  private <T> CompletableFuture<T> repeated(
      ServedName version, Supplier<CompletionStage<T>> command) {
    checkOpen();
    return AsyncCall.start(connection, version, coldTimeout, command);
  }

  private void checkOpen() {
    if (closed.get()) {
      throw new IllegalStateException("Cannot score with " + model + ": the predictor is closed");
    }
  }

  /** Ends the connection if no other predictor uses it; calls under way may fail. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      connection.release();
    }
  }
}
