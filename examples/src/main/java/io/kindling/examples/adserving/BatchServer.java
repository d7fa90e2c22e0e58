package io.kindling.examples.adserving;

import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests in batches: those for a campaign wait for each other for a few milliseconds, and
 * longer while all threads are busy; then its forest is run over all that wait, 64 at most.
 *
 * <p>The forest that has been waited for longest comes first, so the slower the server is, the
 * larger are its batches, and the faster it gets.
 */
final class BatchServer implements AutoCloseable {

  /** What an evaluator scores together. */
  static final int MAX_BATCH = 64;

  private final List<Forest> forests;
  private final long gatherNanos;
  private final List<Waiting> waiting = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** The campaigns with requests, in the order in which they are taken. */
  private final Queue<Waiting> next = new ArrayDeque<>();

  private boolean closed;
  private volatile @Nullable Throwable failure;

  /** Starts so many threads, which stop when this is closed. */
  BatchServer(List<Forest> forests, int numThreads, Duration gather) {
    this.forests = List.copyOf(forests);
    this.gatherNanos = gather.toNanos();
    for (int campaign = 0; campaign < forests.size(); campaign++) {
      waiting.add(new Waiting(campaign));
    }
    for (int i = 0; i < numThreads; i++) {
      Thread thread = new Thread(this::serve, "ad server " + i);
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((t, e) -> failure = e);
      threads.add(thread);
      thread.start();
    }
  }

  /** The requests for a campaign that nobody has taken yet. */
  private static final class Waiting {
    final int campaign;
    final Queue<AdRequest> requests = new ArrayDeque<>();

    /** Until then they wait for others. */
    long untilNanos;

    Waiting(int campaign) {
      this.campaign = campaign;
    }
  }

  /**
   * Takes a request; its answer goes to {@link AdRequest#answers()}.
   *
   * @throws IllegalStateException if a thread has failed
   */
  void submit(AdRequest request) {
    Throwable cause = failure;
    if (cause != null) {
      throw new IllegalStateException("Cannot serve: " + cause, cause);
    }
    lock.lock();
    try {
      for (int campaign : request.campaigns()) {
        Waiting queue = waiting.get(campaign);
        if (queue.requests.isEmpty()) {
          queue.untilNanos = System.nanoTime() + gatherNanos;
          next.add(queue);
        }
        queue.requests.add(request);
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the requests that nobody has taken yet. */
  void discard() {
    lock.lock();
    try {
      next.clear();
      waiting.forEach(queue -> queue.requests.clear());
    } finally {
      lock.unlock();
    }
  }

  private void serve() {
    ForestEvaluator[] evaluators = new ForestEvaluator[forests.size()]; // one thread's
    List<AdRequest> batch = new ArrayList<>(MAX_BATCH);
    try {
      for (int campaign = take(batch); campaign >= 0; campaign = take(batch)) {
        if (evaluators[campaign] == null) {
          evaluators[campaign] = forests.get(campaign).evaluator();
        }
        answer(batch, campaign, evaluators[campaign]);
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /** Fills the batch and says whose it is; negative when this is closed. */
  private int take(List<AdRequest> batch) throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        Waiting first = next.peek();
        long nanos = first == null ? 0 : first.untilNanos - System.nanoTime();
        if (first == null) {
          changed.await();
        } else if (nanos > 0 && first.requests.size() < MAX_BATCH) {
          changed.await(nanos, TimeUnit.NANOSECONDS);
        } else {
          next.remove();
          fill(batch, first);
          return first.campaign;
        }
      }
      return -1;
    } finally {
      lock.unlock();
    }
  }

  private void fill(List<AdRequest> batch, Waiting from) {
    for (AdRequest request = from.requests.poll();
        request != null;
        request = batch.size() < MAX_BATCH ? from.requests.poll() : null) {
      batch.add(request);
    }
    if (!from.requests.isEmpty()) {
      next.add(from);
    }
    if (!next.isEmpty()) {
      changed.signal();
    }
  }

  private static void answer(List<AdRequest> batch, int campaign, ForestEvaluator evaluator) {
    FeatureVector[] visitors = batch.stream().map(AdRequest::visitor).toArray(FeatureVector[]::new);
    double[] raw = new double[2 * visitors.length];
    evaluator.predictRawBatch(visitors, raw);
    batch.get(0).answers().addBatch(batch.size());
    for (int i = 0; i < visitors.length; i++) {
      AdRequest request = batch.get(i);
      if (request.answer(campaign, raw[2 * i + 1])) {
        request.answers().add(request);
      }
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
