package io.kindling.examples.adserving;

import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * What became of the requests of one trial; thread-safe.
 *
 * <p>A latency counts from the moment at which a request was due. A load that waits for its server
 * would ask less while the server is slow, and so leave out the very requests that would have
 * waited (coordinated omission).
 */
final class Answers {

  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final int DIGITS = 3;
  private static final int CHECKED = 8;

  private final long fromNanos;
  private final Histogram latencies = new ConcurrentHistogram(LONGEST_NANOS, DIGITS);
  private final AtomicLong done = new AtomicLong();
  private final LongAdder batches = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final List<AdRequest> toCheck = new ArrayList<>();

  /** Keeps latencies of the requests that are due from some moment on. */
  Answers(long fromNanos) {
    this.fromNanos = fromNanos;
  }

  /** A request has been answered. */
  void add(AdRequest request) {
    if (request.dueNanos() - fromNanos >= 0) {
      latencies.recordValue(Math.min(LONGEST_NANOS, System.nanoTime() - request.dueNanos()));
    }
    if (done.getAndIncrement() % 101 == 0) {
      synchronized (toCheck) {
        if (toCheck.size() < CHECKED) {
          toCheck.add(request);
        }
      }
    }
  }

  /** A forest has been run over some rows. */
  void addBatch(int size) {
    batches.increment();
    rows.add(size);
  }

  /** Requests answered. */
  long done() {
    return done.get();
  }

  /** Those of the measured time alone. */
  Histogram latencies() {
    return latencies;
  }

  double rowsPerBatch() {
    return (double) rows.sum() / Math.max(1, batches.sum());
  }

  /** How many of some answers are not those of the forests asked one by one, to the bit. */
  int wrong(List<Forest> forests) {
    int wrong = 0;
    synchronized (toCheck) {
      for (AdRequest request : toCheck) {
        wrong += isRight(request, forests) ? 0 : 1;
      }
    }
    return wrong;
  }

  private static boolean isRight(AdRequest request, List<Forest> forests) {
    Answers nowhere = new Answers(Long.MAX_VALUE);
    AdRequest again =
        new AdRequest(request.visitor(), request.campaigns(), request.dueNanos(), nowhere);
    double[] raw = new double[2];
    for (int campaign : request.campaigns()) {
      ForestEvaluator evaluator = forests.get(campaign).evaluator();
      evaluator.predictRaw(request.visitor(), raw);
      again.answer(campaign, raw[1]);
    }
    return again.best() == request.best()
        && Double.compare(again.bestScore(), request.bestScore()) == 0;
  }
}
