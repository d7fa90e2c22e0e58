package io.kindling.examples.adserving;

import io.kindling.ml.FeatureVector;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests that come at random moments (a Poisson process) of a given rate, whether or not the
 * server keeps up.
 */
final class OpenLoad {

  /** A server that is so far behind will not catch up. */
  private static final double LONGEST_BACKLOG_SECONDS = 1.5;

  private static final Duration LONGEST_DRAIN = Duration.ofSeconds(5);

  private final BatchServer server;
  private final FeatureVector[] visitors;
  private final int[] campaigns;
  private final int perRequest;
  private final Random random = new Random(20170601);

  /**
   * Asks for some of the campaigns, drawn evenly for each request.
   *
   * @param held campaigns that the server has
   * @param perRequest at least 1, at most all
   */
  OpenLoad(BatchServer server, FeatureVector[] visitors, int held, int perRequest) {
    this.server = server;
    this.visitors = visitors;
    this.perRequest = perRequest;
    this.campaigns = new int[held];
    for (int i = 0; i < held; i++) {
      campaigns[i] = i;
    }
  }

  /**
   * What one rate came to.
   *
   * @param answered whether every request was answered
   */
  record Trial(double requestsPerSecond, boolean answered, Answers answers) {

    /** Whether so many percent were answered within the limit, and the others at all. */
    boolean holds(double percent, Duration limit) {
      return answered
          && answers.latencies().getTotalCount() > 0
          && nanos(percent) <= limit.toNanos();
    }

    /** The time within which so many percent were answered. */
    long nanos(double percent) {
      return answers.latencies().getValueAtPercentile(percent);
    }
  }

  /** Asks at a rate, a quarter of the time before what is measured. */
  Trial run(double requestsPerSecond, Duration measured) {
    long start = System.nanoTime();
    long from = start + measured.toNanos() / 4;
    long end = from + measured.toNanos();
    Answers answers = new Answers(from);
    long asked = 0;
    double sinceStart = 0;
    long dueNanos = start;
    while (dueNanos - end < 0) {
      awaitNanos(dueNanos);
      server.submit(request(dueNanos, answers));
      asked++;
      if (asked - answers.done() > Math.max(100, LONGEST_BACKLOG_SECONDS * requestsPerSecond)) {
        server.discard();
        return new Trial(requestsPerSecond, /* answered= */ false, answers);
      }
      sinceStart -= Math.log(1 - random.nextDouble()) * 1e9 / requestsPerSecond;
      dueNanos = start + (long) sinceStart;
    }
    boolean answered = awaitAll(answers, asked);
    server.discard();
    return new Trial(requestsPerSecond, answered, answers);
  }

  private AdRequest request(long dueNanos, Answers answers) {
    int[] chosen = new int[perRequest];
    for (int i = 0; i < perRequest; i++) {
      int other = i + random.nextInt(campaigns.length - i);
      chosen[i] = campaigns[other];
      campaigns[other] = campaigns[i];
      campaigns[i] = chosen[i];
    }
    return new AdRequest(visitors[random.nextInt(visitors.length)], chosen, dueNanos, answers);
  }

  private static void awaitNanos(long dueNanos) {
    for (long nanos = dueNanos - System.nanoTime();
        nanos > 0;
        nanos = dueNanos - System.nanoTime()) {
      LockSupport.parkNanos(nanos);
    }
  }

  private static boolean awaitAll(Answers answers, long asked) {
    long end = System.nanoTime() + LONGEST_DRAIN.toNanos();
    while (answers.done() < asked) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return true;
  }
}
