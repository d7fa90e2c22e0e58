package io.kindling.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateGate;
import io.kindling.dispatch.scan.FrameScan;
import io.kindling.dispatch.scan.FrameScan.Counted;
import io.kindling.dispatch.scan.FrameScan.Path;
import io.kindling.dispatch.scan.PinnedFrame;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shared scan on the Spark at hand: what it counts is what the text counts. */
@Tag("smoke")
class ScanSmokeIT {
  private static final List<String> FAST =
      List.of(
          "id between 10 and 400 and n <> 3",
          "d > 1.5 or d is null",
          "amount >= 12.50 and s like '%1%'",
          "day >= date'2020-02-01' and flag",
          "at < '2020-01-02 03:00:00'",
          "st.s in ('x1', 'x2') or st.a is null",
          "array_contains(tags, 't3') and size(tags) = 2",
          "exists(events, e -> e.type = 'click' and e.on > date'2020-01-05')");

  @TempDir private java.nio.file.Path folder;

  @Test
  void count_everyKindOfColumn_isWhatTheTextCounts() throws Exception {
    try (SparkSession spark =
        SparkSession.builder().master("local[2]").appName("smoke").getOrCreate()) {
      Dataset<Row> rows =
          spark
              .range(500)
              .selectExpr(
                  "id",
                  "cast(id % 7 as int) n",
                  "if(id % 11 = 0, null, id / 8.0D) d",
                  "cast(id as decimal(10,2)) amount",
                  "concat('s', id) s",
                  "id % 2 = 0 flag",
                  "date_add(date'2020-01-01', cast(id % 90 as int)) day",
                  "timestamp_micros(1577836800000000 + id * 600000000) at",
                  "if(id % 5 = 0, null, named_struct('a', id, 's', concat('x', id % 4))) st",
                  "array(concat('t', id % 4), concat('t', id % 3)) tags",
                  "array(named_struct('type', if(id % 3 = 0, 'click', 'view'), 'on',"
                      + " date_add(date'2020-01-01', cast(id % 9 as int)))) events");
      PinnedFrame frame = PinnedFrame.write("rows", rows, folder.resolve("rows").toString(), 1);
      PredicateGate gate = PredicateGate.builder(frame.schema()).session(spark).build();
      List<String> texts = new ArrayList<>(FAST);
      texts.add("upper(s) = 'S17'");
      List<Predicate> predicates = texts.stream().map(gate::check).toList();

      try (FrameScan scan = FrameScan.of(frame, spark, Long.MAX_VALUE)) {
        List<FrameScan.Result> results = scan.count(predicates, null).results();

        for (int i = 0; i < texts.size(); i++) {
          long truth = rows.filter(texts.get(i)).count();
          Path path = i < FAST.size() ? Path.FAST : Path.SPARK;
          assertThat(truth).as(texts.get(i)).isPositive();
          assertThat(results.get(i)).as(texts.get(i)).isEqualTo(new Counted(truth, path));
        }
      }
    }
  }
}
