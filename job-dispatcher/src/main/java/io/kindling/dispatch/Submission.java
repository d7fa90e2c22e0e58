package io.kindling.dispatch;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisUnavailableException;
import io.kindling.dispatch.queue.CommandRecord;
import io.kindling.dispatch.queue.CommandState;
import io.kindling.dispatch.queue.Push;
import io.kindling.dispatch.queue.QueueClient;
import io.kindling.dispatch.queue.QueueClient.Cancelled;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A command that was submitted. Safe for concurrent use. */
public final class Submission {
  private static final long FIRST_RESEND_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long LONGEST_RESEND_NANOS = Duration.ofSeconds(30).toNanos();

  private final QueueClient queue;
  private final Push push;
  private final CompletableFuture<CommandResult> result = new CompletableFuture<>();
  private volatile String id;

  // Of the thread that watches it.
  private long lookNanos = System.nanoTime();
  private long lookAfterNanos = Duration.ofMillis(5).toNanos();
  private long resendNanos = System.nanoTime() + FIRST_RESEND_NANOS;
  private long resendAfterNanos = FIRST_RESEND_NANOS;

  Submission(QueueClient queue, Push push) {
    this.queue = queue;
    this.push = push;
    id = push.id();
  }

  Push push() {
    return push;
  }

  /** Where its record is; another's if the key stood for a command already. */
  public String id() {
    return id;
  }

  void follow(String otherId) {
    id = otherId;
  }

  /** The idempotency key. */
  public String key() {
    return push.key();
  }

  /**
   * How it ends: completes normally with whatever final state, and exceptionally only if the client
   * is closed before. A dead command counts as ended. What is chained to it runs in the common
   * pool.
   */
  public CompletableFuture<CommandResult> result() {
    return result.copy();
  }

  /**
   * Waits for the result.
   *
   * @return JSON
   * @throws CommandFailedException if it ends without one
   * @throws TimeoutException if it has not ended by then
   * @throws KindlingException if the client is closed before
   */
  public String await(Duration longest) throws InterruptedException, TimeoutException {
    try {
      return result.get(longest.toNanos(), TimeUnit.NANOSECONDS).jsonOrThrow();
    } catch (ExecutionException e) {
      throw new KindlingException("Cannot wait for command '" + id + "': " + reason(e), e);
    }
  }

  private static String reason(ExecutionException e) {
    Throwable cause = e.getCause();
    return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
  }

  /**
   * The state now; empty if no driver has admitted it yet.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public Optional<CommandState> state() {
    return queue.read(id).map(CommandRecord::state);
  }

  /**
   * How far the driver says that it is, such as an estimate: JSON; empty if it has said nothing.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public Optional<String> progress() {
    return queue.progress(id);
  }

  /**
   * Cancels it, wherever it is. If it is cancelled or had ended, {@link #result} completes.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public Cancelled cancel() {
    return id.equals(push.id()) ? queue.cancel(push) : queue.cancel(push.tenant(), id);
  }

  /** Off the watching thread, which what is chained to the future must not stop. */
  void complete(CommandResult end) {
    ForkJoinPool.commonPool().execute(() -> result.complete(end));
  }

  /** Ends as another one does, which may be this one. */
  void endWith(Submission other) {
    if (other != this) {
      var unused =
          other.result.handle(
              (end, failure) ->
                  failure == null ? result.complete(end) : result.completeExceptionally(failure));
    }
  }

  void fail(KindlingException e) {
    result.completeExceptionally(e);
  }

  /** Whether it is time to look at its record. */
  boolean isDue(long now) {
    return now - lookNanos >= 0;
  }

  /** It was looked at, and has not ended: looks come less and less often. */
  void lookAgain(long now, long longestNanos) {
    lookNanos = now + Math.min(lookAfterNanos, longestNanos);
    lookAfterNanos = Math.min(2 * lookAfterNanos, longestNanos);
  }

  /** Whether it is time to push a command again that has no record. */
  boolean isToResend(long now) {
    if (now - resendNanos < 0) {
      return false;
    }
    resendAfterNanos = Math.min(2 * resendAfterNanos, LONGEST_RESEND_NANOS);
    resendNanos = now + resendAfterNanos;
    return true;
  }

  @Override
  public String toString() {
    return "submission of " + push;
  }
}
