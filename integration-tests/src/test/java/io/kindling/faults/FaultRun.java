package io.kindling.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Counters;
import io.kindling.counters.CountersOptions;
import io.kindling.counters.IncompleteRunException;
import io.kindling.counters.RunExistsException;
import io.kindling.faults.FaultReport.Outcome;
import io.kindling.faults.ScriptCall.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.awaitility.Awaitility;

/** Carries out a plan as an application would, and holds the totals against the truth. */
final class FaultRun {
  private static final int MAX_ROUNDS = 5;
  private static final CountersOptions OPTIONS =
      CountersOptions.defaults().withLiveInterval(Duration.ofMillis(50));

  private final RunPlan plan;
  private final TestRedis redis;
  private final RedisConfig config;
  private final JavaSparkContext spark;
  private final FaultInjector injector;
  private final String run = TestRedis.prefix() + "faults";

  FaultRun(
      RunPlan plan,
      TestRedis redis,
      RedisConfig config,
      JavaSparkContext spark,
      FaultInjector injector) {
    this.plan = plan;
    this.redis = redis;
    this.config = config;
    this.spark = spark;
    this.injector = injector;
  }

  /** Returns what became of it; throws an AssertionError if a difference was silent. */
  Outcome carryOut() {
    Counters counters = open();
    if (plan.expects) {
      plan.passes.forEach(pass -> calm(() -> counters.expect(pass.name(), pass.partitions())));
    }
    boolean finished = firstJob(counters);
    injector.undoom();
    check(counters);
    if (isComplete(counters)) {
      end(counters);
      return Outcome.EXACT;
    }
    assertThat(finished).as("all jobs were successful, and the run is incomplete").isFalse();
    if (!calm(counters::missing).isEmpty()) { // A pass that has not begun is the caller's to know.
      assertThatExceptionOfType(IncompleteRunException.class)
          .isThrownBy(() -> calm(counters::seal));
    }
    end(plan.restarts ? restarted() : resumed());
    return plan.restarts ? Outcome.RESTARTED : Outcome.RESUMED;
  }

  private Counters open() {
    return calm(
        () -> {
          try {
            return Counters.open(config, run, OPTIONS);
          } catch (RunExistsException e) { // The one of which we did not hear.
            return Counters.resume(config, run, OPTIONS);
          }
        });
  }

  /** Counts all passes; false if a job fails, which ends the application. */
  private boolean firstJob(Counters counters) {
    try {
      for (Pass pass : plan.passes) {
        if (plan.duplicates(pass, Place.COMMIT)) {
          countTwice(pass, counters);
        } else {
          count(pass, counters);
        }
        if (plan.duplicates(pass, Place.AFTER)) {
          count(pass, counters);
        }
      }
      return true;
    } catch (JobFailure e) {
      return false;
    } finally {
      awaitTasks();
    }
  }

  /** Two jobs at once. */
  private void countTwice(Pass pass, Counters counters) {
    CompletableFuture<Void> twin = CompletableFuture.runAsync(() -> count(pass, counters));
    try {
      count(pass, counters);
    } finally {
      twin.exceptionally(failure -> null).join();
    }
    try {
      twin.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof JobFailure failure) {
        throw failure;
      }
      throw e;
    }
  }

  private void count(Pass pass, Counters counters) {
    count(pass, counters, IntStream.range(0, pass.partitions()).toArray());
  }

  private void count(Pass pass, Counters counters, int[] partitions) {
    JavaRDD<Integer> work = calm(() -> Work.of(pass, counters, spark));
    try {
      List<?>[] unused = work.collectPartitions(partitions);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // A SparkException, which Scala does not declare.
      throw new JobFailure(e);
    }
  }

  /** A task has failed too often. */
  private static final class JobFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    JobFailure(Exception cause) {
      super(cause);
    }
  }

  /** Tasks of a failed job may go on for a while. */
  private void awaitTasks() {
    Awaitility.await("no task is running")
        .atMost(60, TimeUnit.SECONDS)
        .pollInterval(5, TimeUnit.MILLISECONDS)
        .until(() -> injector.runningTasks() == 0);
  }

  private boolean isComplete(Counters counters) {
    return plan.passes.stream().allMatch(pass -> calm(() -> counters.isComplete(pass.name())));
  }

  /** Another application goes on, with what is missing. */
  private Counters resumed() {
    Counters counters = calm(() -> Counters.resume(config, run, OPTIONS));
    for (int round = 0; round < MAX_ROUNDS && !isComplete(counters); round++) {
      for (Pass pass : plan.passes) {
        if (!calm(() -> counters.isComplete(pass.name()))) {
          SortedMap<String, SortedSet<Integer>> missing = calm(counters::missing);
          SortedSet<Integer> partitions = missing.get(pass.name());
          boolean begun = calm(() -> counters.byPartition(pass.name())).size() > 0;
          tryTo(
              partitions != null
                  ? () -> count(pass, counters, toArray(partitions))
                  : begun ? () -> {} : () -> count(pass, counters));
        }
      }
      calm(() -> counters.awaitComplete(Duration.ofSeconds(1)));
    }
    return counters;
  }

  /** Another application begins again. */
  private Counters restarted() {
    Counters counters = calm(() -> Counters.restart(config, run, OPTIONS));
    injector.forgetCommits();
    assertThat(Counted.withoutZeros(new TreeMap<>(calm(counters::totals))))
        .as("totals after a restart")
        .isEmpty();
    for (int round = 0; round < MAX_ROUNDS && !isComplete(counters); round++) {
      plan.passes.forEach(pass -> tryTo(() -> count(pass, counters)));
    }
    return counters;
  }

  private void tryTo(Runnable job) {
    try {
      job.run();
    } catch (JobFailure e) {
      // What is left is for the next round.
    } finally {
      awaitTasks();
    }
  }

  private static int[] toArray(SortedSet<Integer> partitions) {
    return partitions.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Complete, exact, and still so when it is sealed; and nothing stays for ever. */
  private void end(Counters counters) {
    assertThat(isComplete(counters)).as("complete").isTrue();
    Counted truth = check(counters);
    calm(counters::seal);
    checkTotals(Counted.of(counters), truth, "sealed");
    assertThat(calm(() -> counters.isComplete())).isTrue();
    for (String key : keys()) {
      assertThat(Long.parseLong(redis.ask("PTTL", key))).as("time to live of " + key).isPositive();
    }
    calm(counters::reset);
    assertThat(keys()).allMatch(key -> key.contains(":stage:"));
  }

  /**
   * Whatever the ledgers hold is what the tasks counted, nothing confirmed is lost, and the totals
   * are its sum.
   */
  private Counted check(Counters counters) {
    assertThat(Work.UNEXPECTED).as("failures that no fault explains").isEmpty();
    assertThat(calm(counters::conflicts)).as("conflicts").isEmpty();
    Counted truth = new Counted();
    for (Pass pass : plan.passes) {
      SortedMap<Integer, Map<String, Long>> ledger = calm(() -> counters.byPartition(pass.name()));
      for (int partition = 0; partition < pass.partitions(); partition++) {
        Slot slot = new Slot(pass.name(), partition);
        Map<String, Long> counted = ledger.get(partition);
        if (counted == null) {
          assertThat(injector.newestCommitted(slot))
              .as("confirmed, but lost: " + slot)
              .isEqualTo(-1);
        } else {
          truth.add(truthOf(pass, slot, counted));
        }
      }
    }
    boolean unfolded = plan.passes.stream().anyMatch(Pass::large) && !isComplete(counters);
    if (!unfolded) {
      checkTotals(calm(() -> Counted.of(counters)), truth, "open");
    }
    return truth;
  }

  /** What one of the attempts counted that may stand for a partition. */
  private Counted truthOf(Pass pass, Slot slot, Map<String, Long> ledger) {
    List<SortedMap<String, Long>> allowed = new ArrayList<>();
    int first = Math.max(0, injector.newestCommitted(slot));
    for (int attempt = first; attempt <= injector.newestStarted(slot); attempt++) {
      Counted counts = pass.counts(slot.partition(), attempt);
      allowed.add(Counted.withoutZeros(counts.sums));
      if (allowed.get(allowed.size() - 1).equals(ledger)) {
        return counts;
      }
    }
    throw new AssertionError(slot + " has " + ledger + ", allowed are " + allowed);
  }

  private static void checkTotals(Counted totals, Counted truth, String when) {
    assertThat(Counted.withoutZeros(totals.sums))
        .as("totals, " + when)
        .isEqualTo(Counted.withoutZeros(truth.sums));
    assertThat(totals.minima).as("minima, " + when).isEqualTo(truth.minima);
    assertThat(totals.maxima).as("maxima, " + when).isEqualTo(truth.maxima);
  }

  private List<String> keys() {
    String keys = redis.ask("KEYS", "kindling:count:{" + run + "}*");
    String inner = keys.substring(1, keys.length() - 1);
    return inner.isEmpty() ? List.of() : List.of(inner.split(", ", -1));
  }

  private static void calm(Runnable action) {
    Object unused =
        calm(
            () -> {
              action.run();
              return true;
            });
  }

  /** A driver that repeats what did not get through. */
  private static <T> T calm(Supplier<T> action) {
    for (int tries = 1; ; tries++) {
      try {
        return action.get();
      } catch (RedisUnavailableException e) {
        if (tries == 10) {
          throw e;
        }
      }
    }
  }
}
