package io.kindling.dispatch.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.dispatch.predicate.PredicateGate;
import io.kindling.dispatch.testing.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scan counts is what Spark's filter counts, with ANSI mode and without. */
@Tag("local")
class ScanParityIT {
  private static final long SEED = Long.getLong("kindling.seed", System.nanoTime());
  private static final int PREDICATES = Integer.getInteger("kindling.parity.predicates", 100);
  private static final int ROWS = 3_000;

  @TempDir private static Path folder;

  private static SparkSession spark;
  private static PinnedFrame frame;

  @BeforeAll
  static void writeRows() {
    System.out.println("ScanParityIT seed " + SEED);
    spark = LocalSpark.session();
    List<Row> rows = new RandomRows(new Random(SEED)).rows(ROWS);
    Dataset<Row> dataset = spark.createDataFrame(rows, RandomRows.SCHEMA);
    frame = PinnedFrame.write("people", dataset, folder.resolve("rows").toString(), SEED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void count_randomPredicates_isWhatSparkFilters(String ansi) {
    SparkSession session = spark.newSession();
    session.conf().set("spark.sql.ansi.enabled", ansi);
    Dataset<Row> rows = session.createDataFrame(frame.rows().toJavaRDD(), frame.schema()).cache();
    PredicateGate gate = PredicateGate.builder(frame.schema()).session(session).build();
    RandomPredicates random = new RandomPredicates(new Random(SEED + ansi.length()));
    List<String> texts = Stream.generate(random::next).limit(PREDICATES).toList();

    List<FrameScan.Result> results;
    try (FrameScan scan = FrameScan.of(frame, session, Long.MAX_VALUE)) {
      results = scan.count(texts.stream().map(gate::check).toList(), null).results();
    }

    // Several at a time, since one of Spark's small jobs does not keep the cores busy.
    List<Long> expected = texts.parallelStream().map(text -> rows.filter(text).count()).toList();
    int fast = 0;
    for (int i = 0; i < texts.size(); i++) {
      FrameScan.Path path = path(results.get(i));
      fast += path == FrameScan.Path.FAST ? 1 : 0;
      assertThat(results.get(i))
          .as("%s, ANSI %s, seed %d", texts.get(i), ansi, SEED)
          .isEqualTo(new FrameScan.Counted(expected.get(i), path));
    }
    System.out.printf("ANSI %s: %d of %d on the fast path%n", ansi, fast, PREDICATES);
    rows.unpersist();
    assertThat(fast).isGreaterThanOrEqualTo(PREDICATES * 9 / 10);
  }

  private static FrameScan.Path path(FrameScan.Result result) {
    return result instanceof FrameScan.Counted counted ? counted.path() : FrameScan.Path.SPARK;
  }
}
