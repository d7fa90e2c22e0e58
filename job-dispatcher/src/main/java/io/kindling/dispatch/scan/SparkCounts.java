package io.kindling.dispatch.scan;

import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateColumns;
import io.kindling.dispatch.scan.FrameScan.Counted;
import io.kindling.dispatch.scan.FrameScan.Failed;
import io.kindling.dispatch.scan.FrameScan.Path;
import io.kindling.dispatch.scan.FrameScan.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Counts by Spark itself: one aggregation for many predicates. Driver only. */
final class SparkCounts {
  /**
   * Of more in one aggregation, over texts and decimals, Spark generates a method too large for the
   * JVM to compile: 50 or 100 together were counted at half the speed of 20.
   */
  private static final int CHUNK = 20;

  private final Dataset<Row> rows;

  SparkCounts(Dataset<Row> rows) {
    this.rows = rows;
  }

  List<Result> count(List<Predicate> predicates) {
    List<Result> results = new ArrayList<>();
    for (int from = 0; from < predicates.size(); from += CHUNK) {
      int to = Math.min(from + CHUNK, predicates.size());
      results.addAll(countOrHalve(predicates.subList(from, to)));
    }
    return results;
  }

  /** A predicate that fails takes the whole aggregation with it: halves find out which it is. */
  private List<Result> countOrHalve(List<Predicate> predicates) {
    try {
      return countTogether(predicates);
    } catch (Exception e) { // Spark throws checked ones that it does not declare.
      if (Failures.mayPass(e)) {
        throw e;
      }
      if (predicates.size() == 1) {
        return List.of(new Failed(Failures.reason(e)));
      }
      int half = predicates.size() / 2;
      List<Result> results = new ArrayList<>(countOrHalve(predicates.subList(0, half)));
      results.addAll(countOrHalve(predicates.subList(half, predicates.size())));
      return results;
    }
  }

  private List<Result> countTogether(List<Predicate> predicates) {
    Column[] counts =
        predicates.stream()
            .map(predicate -> functions.count_if(PredicateColumns.toColumn(predicate)))
            .toArray(Column[]::new);
    Row row = rows.agg(counts[0], Arrays.copyOfRange(counts, 1, counts.length)).head();
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      results.add(new Counted(row.getLong(i), Path.SPARK));
    }
    return results;
  }
}
