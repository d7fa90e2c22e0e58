package io.kindling.dispatch;

import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateLimits;
import io.kindling.dispatch.scan.Estimate;
import io.kindling.dispatch.scan.FrameScan;
import io.kindling.dispatch.scan.PinnedFrame;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * One version of a dataset. It is let go when a later one is current and nobody uses it any more.
 */
final class DatasetVersion {
  private final String dataset;
  private final long number;
  private final long totalRows;
  private final FrameScan scan;
  private final Dataset<Row> rows;
  private final Gates gates;

  /** Its being current counts as one. */
  private int users = 1;

  /**
   * A version.
   *
   * @param frame all rows, or a sample of them
   * @param totalRows of which it is a sample
   */
  DatasetVersion(
      String dataset,
      long number,
      PinnedFrame frame,
      long totalRows,
      SparkSession session,
      long memoryBytes,
      Map<String, ColumnRules> rules,
      PredicateLimits limits) {
    this.dataset = dataset;
    this.number = number;
    this.totalRows = totalRows;
    this.scan = FrameScan.of(frame, session, memoryBytes);
    this.rows = frame.in(session);
    this.gates = new Gates(frame.schema(), session, rules, limits);
  }

  /** Dataset and version, such as {@code people@3}. */
  String name() {
    return dataset + "@" + number;
  }

  long number() {
    return number;
  }

  FrameScan scan() {
    return scan;
  }

  /** The rows with those columns and fields that a tenant may see. */
  Dataset<Row> visible(String tenant) {
    return rows.to(gates.visible(tenant));
  }

  /** The schema as far as a tenant may see it. */
  StructType schema(String tenant) {
    return gates.visible(tenant);
  }

  /** Rows of the whole dataset, of which a sample may be held. */
  long totalRows() {
    return totalRows;
  }

  /** The share of the rows that is held; 1 if all are. */
  double sampledShare() {
    return isSampled() ? (double) scan.frame().numRows() / totalRows : 1;
  }

  boolean isSampled() {
    return scan.frame().numRows() < totalRows;
  }

  /** How many rows of the whole dataset match, told from those of the sample. */
  Estimate estimate(long matched) {
    return Estimate.ofSample(totalRows, scan.frame().numRows(), matched);
  }

  /** Checks a predicate of a tenant, and that Spark can analyze it. */
  Predicate check(String tenant, String where) {
    return gates.check(tenant, where);
  }

  /** Checks a predicate that is to be counted, and that it can be. */
  Predicate checkCount(String tenant, String where) {
    return gates.check(tenant, where, scan::isFast);
  }

  /** Whether it may still be used; then {@link #release} has to follow. */
  synchronized boolean acquire() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  synchronized void release() {
    if (--users == 0) {
      scan.close();
    }
  }
}
