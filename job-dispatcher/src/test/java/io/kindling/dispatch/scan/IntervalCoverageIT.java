package io.kindling.dispatch.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Counters;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateGate;
import io.kindling.dispatch.testing.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that come sorted: the interval after a part of the partitions holds the truth. */
class IntervalCoverageIT {
  private static final long SEED = Long.getLong("kindling.seed", 20_170_601);
  private static final int QUERIES = 1_000;
  private static final long ROWS = 60_000;

  @TempDir private Path folder;

  @Test
  void estimate_partOfSortedRows_holdsTheTruth() {
    SparkSession session = LocalSpark.session();
    Dataset<Row> sorted =
        session
            .range(ROWS)
            .selectExpr(
                "id", "id div 600 age", "concat('city ', id div 3000) city", "id % 1000 level");
    PinnedFrame frame =
        PinnedFrame.write("sorted", sorted, folder.resolve("rows").toString(), SEED);
    List<Predicate> predicates = predicates(frame, session);
    long[] rows = frame.partitionRows().stream().mapToLong(Long::longValue).toArray();
    long[][] matched = byPartition(frame, session, predicates);
    int partitions = rows.length;
    Random random = new Random(SEED);

    for (int percent : new int[] {10, 25, 50}) {
      int read = Math.max(1, Math.round(partitions * percent / 100f));
      int held = 0;
      for (long[] each : matched) {
        // Others for each query, since all queries would err together on the same ones.
        int[] first = random.ints(0, partitions).distinct().limit(read).toArray();
        Estimate estimate =
            Estimate.of(
                ROWS,
                Arrays.stream(first).mapToLong(part -> rows[part]).toArray(),
                Arrays.stream(first).mapToLong(part -> each[part]).toArray());
        long truth = Arrays.stream(each).sum();
        held += estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
      }
      System.out.printf(
          Locale.ROOT,
          "IntervalCoverageIT seed %d: after %d of %d partitions %d of %d intervals hold%n",
          SEED,
          read,
          partitions,
          held,
          QUERIES);
      assertThat(held).as("at %d %%, seed %d", percent, SEED).isGreaterThanOrEqualTo(930);
    }
  }

  private static List<Predicate> predicates(PinnedFrame frame, SparkSession session) {
    PredicateGate gate = PredicateGate.builder(frame.schema()).session(session).build();
    Random random = new Random(SEED);
    List<Predicate> predicates = new ArrayList<>();
    while (predicates.size() < QUERIES) {
      long from = random.nextInt((int) ROWS);
      long to = from + 1 + random.nextInt((int) (ROWS - from));
      predicates.add(
          gate.check(
              switch (random.nextInt(4)) {
                case 0 -> "id between " + from + " and " + to;
                case 1 ->
                    "age < " + random.nextInt(1, 100) + " and level < " + random.nextInt(1, 1_000);
                case 2 -> "city = 'city " + random.nextInt(20) + "' or id > " + to;
                default -> "level >= " + random.nextInt(1_000) + " and id < " + to;
              }));
    }
    return predicates;
  }

  /** What the tasks of a pass commit. */
  private static long[][] byPartition(
      PinnedFrame frame, SparkSession session, List<Predicate> predicates) {
    Counters run = Counters.open(TestRedis.shared().config(), "coverage-" + System.nanoTime());
    try (FrameScan scan = FrameScan.of(frame, session, Long.MAX_VALUE)) {
      scan.count(predicates, run);
      Map<Integer, Map<String, Long>> counted = run.byPartition(ScanProgress.PASS);
      long[][] matched = new long[predicates.size()][frame.partitionRows().size()];
      counted.forEach(
          (partition, counts) -> {
            for (int i = 0; i < matched.length; i++) {
              matched[i][partition] = counts.getOrDefault(ScanProgress.counterOf(i), 0L);
            }
          });
      return matched;
    } finally {
      run.reset();
    }
  }
}
