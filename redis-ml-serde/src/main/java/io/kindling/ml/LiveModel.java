package io.kindling.ml;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model's live version in this JVM, which follows promotions and rollbacks.
 *
 * <pre>{@code
 * try (LiveModel titanic = LiveModel.open(redis, "titanic")) {
 *   Prediction survived = titanic.predict(Map.of("Sex", "male", "Age", 34, "Pclass", 3));
 *   titanic.stats(); // version, staleness, swaps, load failures, predictions
 * }
 * }</pre>
 *
 * <p>A new version is read, checked and asked its golden rows while the old one goes on answering;
 * then all calls that begin are answered by the new one. A version that cannot be loaded or answers
 * a golden row differently leaves the old one in place and shows in {@link #stats()}; so does a
 * Redis that is away.
 *
 * <p>How late it may be: a promotion is heard at once where this user may subscribe to {@code
 * kindling:model:{name}:live}; besides, the live version is looked up every half of the maximum
 * staleness. So while Redis answers, and a version loads within the other half, no answer comes
 * from a version that ceased to be live longer ago than that.
 *
 * <p>Thread-safe; a call takes no lock and no round trip. Two daemon threads and one connection
 * each. Executor safe: to be opened where it is used.
 *
 * @since 0.1
 */
public final class LiveModel implements AutoCloseable {

  /*
   * One thread (follow) does all that changes: it looks up the live version, loads, swaps. It is woken by the
   * semaphore, by the thread that listens or by a subscription that has just begun, and by time. Only what it
   * writes last, `serving`, is read by predictions.
   *
   * A version that failed is tried again: at once when a message comes, else with pauses that double up to
   * MAX_PAUSE, since it may be large and is broken for long, if not for ever.
   */

  /** What a handle states unless it is told otherwise. */
  public static final Duration DEFAULT_MAX_STALENESS = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(LiveModel.class);
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(2);
  private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final ModelHash hash;
  private final long pollNanos;
  private final Semaphore wake = new Semaphore(0);
  private final LongAdder predictions = new LongAdder();
  private final AtomicLong swaps = new AtomicLong();
  private final AtomicLong loadFailures = new AtomicLong();
  private final LiveChannel channel;
  private final Thread thread;

  private volatile LoadedModel serving;

  /** When the look-up began that last found the serving version live. */
  private volatile long confirmedNanos;

  private volatile @Nullable String lastFailure;
  private volatile boolean closed;

  // Of the following thread.
  private @Nullable String failedVersion;
  private long failurePauseNanos;
  private long retryNanos;
  private @Nullable String logged;

  private LiveModel(Redis redis, ModelHash hash, LoadedModel first, long atNanos, long pollNanos) {
    this.hash = hash;
    this.serving = first;
    this.confirmedNanos = atNanos;
    this.pollNanos = pollNanos;
    this.channel = new LiveChannel(redis, hash.channel(), wake::release);
    this.thread = new Thread(this::follow, "kindling-live " + hash.name());
    thread.setDaemon(true);
    thread.start();
  }

  /** As {@link #open(Redis, String, Duration)}, with {@link #DEFAULT_MAX_STALENESS}. */
  public static LiveModel open(Redis redis, String name) {
    return open(redis, name, DEFAULT_MAX_STALENESS);
  }

  /**
   * Loads the live version of a model, and follows.
   *
   * @param redis stays the caller's, to be closed after this
   * @param name as it was published under
   * @param maxStaleness how long a version may answer after it has ceased to be live; at least 10
   *     ms
   * @throws ModelNotFoundException if there is no such model
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   * @throws ModelVerificationException if it answers a golden row differently
   */
  public static LiveModel open(Redis redis, String name, Duration maxStaleness) {
    if (maxStaleness.compareTo(Duration.ofMillis(10)) < 0) {
      throw new IllegalArgumentException(
          "Cannot follow model '"
              + name
              + "' with a staleness of "
              + maxStaleness
              + ", allowed is 10 ms or more");
    }
    ModelHash hash = new ModelHash(redis, name);
    long atNanos = System.nanoTime();
    LoadedModel first = ModelStore.loadLive(hash);
    first.verify();
    return new LiveModel(redis, hash, first, atNanos, maxStaleness.toNanos() / 2);
  }

  /**
   * Answers a row of a pipeline.
   *
   * @param row a value for every field, which may be null; what else it holds is ignored
   * @throws RowRefusedException if a field is missing or of another type, if Spark fails on such a
   *     row, or if the model is a forest
   * @throws RowSkippedException if Spark leaves such a row out
   */
  public Prediction predict(Map<String, ? extends @Nullable Object> row) {
    Prediction answer = serving.predict(row);
    predictions.increment();
    return answer;
  }

  /** As {@link #predict(Map)}; empty if Spark leaves such a row out. */
  public Optional<Prediction> tryPredict(Map<String, ? extends @Nullable Object> row) {
    try {
      return Optional.of(predict(row));
    } catch (RowSkippedException e) {
      return Optional.empty();
    }
  }

  /**
   * Answers a row of a forest, or of a pipeline whose only field is a vector.
   *
   * @throws IllegalArgumentException if the row does not fit the forest
   * @throws RowRefusedException if the pipeline has other fields, or the vector does not fit
   */
  public Prediction predict(FeatureVector row) {
    Prediction answer = serving.predict(row);
    predictions.increment();
    return answer;
  }

  /** The version that answers now. */
  public String version() {
    return serving.version();
  }

  /** The model that answers now; it stays as it is when another version goes live. */
  public Model model() {
    return serving.model();
  }

  /** What this handle has done so far. */
  public Stats stats() {
    return new Stats(
        serving.version(),
        Duration.ofNanos(Math.max(0, System.nanoTime() - confirmedNanos)),
        swaps.get(),
        loadFailures.get(),
        predictions.sum(),
        Optional.ofNullable(lastFailure));
  }

  /**
   * What a handle has done since it was opened.
   *
   * @param version that answers now
   * @param staleness how long ago it was last seen to be the live one
   * @param swaps how often another version took over
   * @param loadFailures attempts to load a version that failed
   * @param predictions rows that were answered
   * @param lastFailure why the last look-up or attempt failed; empty if it did not
   */
  public record Stats(
      String version,
      Duration staleness,
      long swaps,
      long loadFailures,
      long predictions,
      Optional<String> lastFailure) {}

  private void follow() {
    try {
      while (!closed) {
        boolean told = wake.tryAcquire(pollNanos, TimeUnit.NANOSECONDS);
        wake.drainPermits();
        if (!closed) {
          look(told);
          channel.ping();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private void look(boolean told) {
    try {
      long atNanos = System.nanoTime();
      String live = hash.requireLive();
      if (!live.equals(serving.version())) {
        boolean waits = !told && live.equals(failedVersion) && System.nanoTime() - retryNanos < 0;
        if (waits || !swap(live)) {
          return;
        }
      }
      confirmedNanos = atNanos;
      failedVersion = null;
      lastFailure = null;
      logged = null;
    } catch (RuntimeException e) {
      failed("Cannot look up the live version of model '" + hash.name() + "'", e);
    }
  }

  private boolean swap(String version) {
    try {
      LoadedModel next = LoadedModel.read(hash, version);
      next.verify();
      serving = next;
      swaps.incrementAndGet();
      wake.release(); // while it was loaded, live may have moved on
      LOG.info("Serving {}", hash.where(version));
      return true;
    } catch (RuntimeException e) {
      if (closed) {
        return false;
      }
      loadFailures.incrementAndGet();
      failurePauseNanos =
          version.equals(failedVersion)
              ? Math.min(2 * failurePauseNanos, MAX_PAUSE_NANOS)
              : pollNanos;
      failedVersion = version;
      retryNanos = System.nanoTime() + failurePauseNanos;
      failed("Cannot go over to " + hash.where(version), e);
      return false;
    }
  }

  /** Says it once, until something else happens. */
  private void failed(String what, RuntimeException failure) {
    String message = String.valueOf(failure.getMessage());
    lastFailure = message;
    if (closed || message.equals(logged)) {
      return;
    }
    logged = message;
    if (failure instanceof KindlingException) {
      LOG.warn("{}, still serving {}: {}", what, serving.version(), message);
    } else {
      LOG.warn("{}, still serving {}", what, serving.version(), failure);
    }
  }

  /** Stops following; the version that answers now goes on to do so. */
  @Override
  public void close() {
    closed = true;
    wake.release();
    thread.interrupt();
    channel.close();
    awaitEnd(thread);
  }

  /** So that nothing of this handle runs on when the classes or Redis behind it go away. */
  static void awaitEnd(Thread thread) {
    try {
      thread.join(LONGEST_CLOSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
