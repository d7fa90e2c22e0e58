package io.kindling.faults.table;

import io.kindling.ml.FeatureVector;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** Asks for predictions, and compares them with what the forest's evaluator says. */
final class ScoringLoad implements Load {
  private static final int PERIOD_MILLIS = 20;

  private final String name;
  private final Caller caller;
  private final ServedForest forest;
  private final Random random;
  private final Journal journal = new Journal();
  private final AtomicInteger underWay = new AtomicInteger();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  /** One of the clients. */
  interface Caller {
    CompletionStage<Double> predict(FeatureVector row);
  }

  ScoringLoad(String name, Caller caller, ServedForest forest, Random random) {
    this.name = name;
    this.caller = caller;
    this.forest = forest;
    this.random = random;
    thread = new Thread(this::ask, "load " + name);
    thread.start();
  }

  private void ask() {
    try {
      while (!stop.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
        ask(random.nextInt(ServedForest.ROWS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask(int row) {
    long begin = System.nanoTime();
    underWay.incrementAndGet();
    CompletionStage<Double> answer;
    try {
      answer = caller.predict(forest.row(row));
    } catch (RuntimeException e) {
      journal.ended(begin, e);
      underWay.decrementAndGet();
      return;
    }
    answer.whenComplete(
        (prediction, failure) -> {
          if (failure == null && !prediction.equals(forest.truth(row))) {
            journal.wrong();
          }
          boolean wrapped = failure instanceof CompletionException && failure.getCause() != null;
          journal.ended(begin, wrapped ? failure.getCause() : failure);
          underWay.decrementAndGet();
        });
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Journal journal() {
    return journal;
  }

  @Override
  public void stop() throws InterruptedException {
    stop.countDown();
    thread.join();
    Awaitility.await("all calls of " + name + " have ended")
        .atMost(Duration.ofSeconds(60))
        .until(() -> underWay.get() == 0);
  }
}
