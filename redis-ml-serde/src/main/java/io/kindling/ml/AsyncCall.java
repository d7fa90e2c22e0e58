package io.kindling.ml;

import io.kindling.core.RedisReplyException;
import io.kindling.core.RedisUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A command of the asynchronous client that is repeated for the reasons for which {@link Predictor}
 * repeats it: the server compiles the version a slice a call, has lost the library, or cannot be
 * reached for the moment. All that it sends only reads, so it may run twice.
 */
final class AsyncCall<T> {

  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final AsyncConnection connection;
  private final ServedName model;
  private final Duration coldTimeout;
  private final Supplier<CompletionStage<T>> command;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final long startNanos = System.nanoTime();

  // Attempts follow one another, so these need no lock.
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private boolean healed;

  private AsyncCall(
      AsyncConnection connection,
      ServedName model,
      Duration coldTimeout,
      Supplier<CompletionStage<T>> command) {
    this.connection = connection;
    this.model = model;
    this.coldTimeout = coldTimeout;
    this.command = command;
  }

  /**
   * Sends a command.
   *
   * @param model what to name in a refusal
   * @param coldTimeout how long to repeat while the version is being compiled
   */
  static <T> CompletableFuture<T> start(
      AsyncConnection connection,
      ServedName model,
      Duration coldTimeout,
      Supplier<CompletionStage<T>> command) {
    AsyncCall<T> call = new AsyncCall<>(connection, model, coldTimeout, command);
    call.attempt();
    return call.result;
  }

  private void attempt() {
    if (result.isDone()) {
      return; // cancelled
    }
    command
        .get()
        .whenComplete(
            (reply, error) -> {
              if (error == null) {
                result.complete(reply);
              } else {
                recover(unwrapped(error));
              }
            });
  }

  private void recover(Throwable error) {
    if (error instanceof RedisReplyException e && ServingProtocol.isCold(e.reply())) {
      repeatUntilWarm(e);
    } else if (error instanceof RedisReplyException e
        && ServingProtocol.isWithoutLibrary(e.reply())) {
      heal(e);
    } else if (error instanceof RedisReplyException e && ServingProtocol.isRefusal(e.reply())) {
      result.completeExceptionally(model.refused(e.reply(), e));
    } else if (error instanceof RedisUnavailableException) {
      repeatLater(error);
    } else {
      result.completeExceptionally(error);
    }
  }

  private void repeatUntilWarm(RedisReplyException cold) {
    if (isOver(coldTimeout)) {
      result.completeExceptionally(model.stillCold(coldTimeout.toSeconds(), cold.reply(), cold));
    } else {
      attempt();
    }
  }

  /** Installs the library once; a replica may receive it a little later. */
  private void heal(RedisReplyException withoutLibrary) {
    if (healed) {
      repeatLater(withoutLibrary);
      return;
    }
    healed = true;
    connection
        .install(ModelFunctions.LIBRARY)
        .whenComplete(
            (installed, failure) -> {
              if (failure == null) {
                attempt();
              } else {
                recover(unwrapped(failure));
              }
            });
  }

  /** Pauses twice as long each time, with jitter, as the Jedis client does. */
  private void repeatLater(Throwable error) {
    if (isOver(connection.retryFor())) {
      result.completeExceptionally(error);
      return;
    }
    long millis = ThreadLocalRandom.current().nextLong(pauseMillis / 2, pauseMillis + 1);
    pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(this::attempt);
  }

  private boolean isOver(Duration time) {
    return System.nanoTime() - startNanos > time.toNanos();
  }

  /** What a stage failed with, without Java's wrapping. */
  static Throwable unwrapped(Throwable error) {
    Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }
}
