package io.kindling.dispatch.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateGate;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scan counts is what Spark's filter counts, with ANSI mode and without. */
class ScanParityIT {
  private static final long SEED = Long.getLong("kindling.seed", System.nanoTime());
  private static final int PREDICATES = Integer.getInteger("kindling.parity.predicates", 300);
  private static final int ROWS = 3_000;

  @TempDir private static Path folder;

  private static SparkSession spark;
  private static PinnedFrame frame;

  @BeforeAll
  static void writeRows() {
    System.out.println("ScanParityIT seed " + SEED);
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    List<Row> rows = new RandomRows(new Random(SEED)).rows(ROWS);
    Dataset<Row> dataset = spark.createDataFrame(rows, RandomRows.SCHEMA);
    frame = PinnedFrame.write("people", dataset, folder.resolve("rows").toString(), SEED);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void count_randomPredicates_isWhatSparkFilters(String ansi) {
    SparkSession session = spark.newSession();
    session.conf().set("spark.sql.ansi.enabled", ansi);
    Dataset<Row> rows = session.createDataFrame(frame.rows().toJavaRDD(), frame.schema()).cache();
    PredicateGate gate = PredicateGate.builder(frame.schema()).session(session).build();
    FastPath fast = new FastPath(frame.schema(), ZoneId.systemDefault(), ansi.equals("false"));
    RandomPredicates random = new RandomPredicates(new Random(SEED + ansi.length()));
    List<String> texts = new ArrayList<>();
    List<Condition> conditions = new ArrayList<>();
    int slow = 0;
    while (texts.size() + slow < PREDICATES) {
      String text = random.next();
      Predicate predicate = gate.check(text);
      Optional<Condition> condition = fast.compile(predicate);
      if (condition.isPresent()) {
        texts.add(text);
        conditions.add(condition.get());
      } else {
        slow++;
      }
    }

    try (ColumnStore store = new ColumnStore(frame, Long.MAX_VALUE)) {
      SharedScan.Counted counted = new SharedScan(store).count(conditions);

      assertThat(counted.rows()).isEqualTo(ROWS);
      for (int i = 0; i < texts.size(); i++) {
        assertThat(counted.matched()[i])
            .as("%s, ANSI %s, seed %d", texts.get(i), ansi, SEED)
            .isEqualTo(rows.filter(texts.get(i)).count());
      }
    }
    System.out.printf("ANSI %s: %d of %d on the fast path%n", ansi, texts.size(), PREDICATES);
    rows.unpersist();
    assertThat(texts.size()).isGreaterThanOrEqualTo(PREDICATES * 9 / 10);
  }
}
