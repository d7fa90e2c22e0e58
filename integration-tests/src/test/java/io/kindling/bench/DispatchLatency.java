package io.kindling.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How long one waits for an answer, alone and behind others. */
final class DispatchLatency {
  private static final int SINGLES = 40;
  private static final int BEHIND = 5_000;

  /** A condition that touches all 16 columns. */
  static final String ALL_COLUMNS =
      "id < 0 or age < 0 or score < 0 or ratio < 0 or price < 0 or city < '' or country < ''"
          + " or name < '' or day < date'2000-01-01' or at < timestamp'2000-01-01 00:00:00'"
          + " or visits < 0 or member is null or segment < '' or balance < 0 or level < 0"
          + " or home.zip < 0";

  private final BenchReport report;
  private final DispatchBed bed;
  private final QueryMix mix;

  DispatchLatency(BenchReport report, DispatchBed bed, QueryMix mix) {
    this.report = report;
    this.bed = bed;
    this.mix = mix;
  }

  /** Before anything else was counted. */
  void firstQueries() {
    report.addExact(
        "first_query_ms",
        "ms",
        "the first after the start, in a JVM that has parsed nothing yet; its column is built",
        1e3 * bed.seconds(List.of("age < 10")));
    double first = bed.seconds(List.of(ALL_COLUMNS));
    report.addExact(
        "build_ms",
        "ms",
        "the other 15 columns: the first query that touches all, less the second",
        1e3 * (first - bed.seconds(List.of(ALL_COLUMNS))));
  }

  /** When all is warm. */
  void report() throws InterruptedException {
    double[] singles = new double[DispatchBench.REPETITIONS];
    double[] estimates = new double[DispatchBench.REPETITIONS];
    double[] behind = new double[DispatchBench.REPETITIONS];
    for (int i = 0; i < DispatchBench.REPETITIONS; i++) {
      double[] millis = new double[SINGLES];
      for (int j = 0; j < SINGLES; j++) {
        millis[j] = 1e3 * bed.seconds(mix.part(j, 1));
      }
      singles[i] = Timing.median(millis);
      long start = System.nanoTime();
      RawQueue.Pushed pushed = bed.queue().push(DispatchBed.TENANT, mix.queries());
      pushed.awaitEstimate();
      estimates[i] = (System.nanoTime() - start) / 1e6;
      pushed.await();
      behind[i] = behindOthers();
    }
    report.add(
        "single_query_p50_ms", "ms", "push to result, idle driver, medians of " + SINGLES, singles);
    report.add(
        "first_estimate_ms",
        "ms",
        "push to a record with an estimate or a result, batch of 1,000",
        estimates);
    report.add("fair_b_result_ms", "ms", "one query of B, pushed after 5,000 of A", behind);
  }

  private double behindOthers() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < BEHIND / DispatchBench.QUERIES; i++) {
      List<String> again = new ArrayList<>(mix.queries());
      Collections.rotate(again, 137 * i);
      many.addAll(again);
    }
    RawQueue.Pushed ofA = bed.queue().push(DispatchBed.TENANT, many);
    long start = System.nanoTime();
    bed.queue().count(DispatchBed.OTHER_TENANT, List.of("age < 17 and level > 30"));
    double millis = (System.nanoTime() - start) / 1e6;
    ofA.await();
    return millis;
  }
}
