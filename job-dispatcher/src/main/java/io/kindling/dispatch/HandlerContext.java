package io.kindling.dispatch;

import io.kindling.dispatch.predicate.Predicate;
import java.time.Instant;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What a handler may know and use while it executes a command. */
public interface HandlerContext {
  /** The command's id. */
  String id();

  /** Whose command it is: by the list that it was pushed to, never by its payload. */
  String tenant();

  /** When the command expires, by Redis's clock. */
  Instant deadline();

  /** Whether it was cancelled or has expired, so that nobody waits for its result any more. */
  boolean isCancelled();

  /**
   * The rows of a dataset, with what the tenant may see of them, of the version that is current
   * when the command begins.
   *
   * @throws CommandRefusedException if there is no dataset of that name
   */
  Dataset<Row> dataset(String name);

  /**
   * The share of the dataset's rows that {@link #dataset} has; 1 unless it is sampled. Counts and
   * sums are to be divided by it.
   *
   * @throws CommandRefusedException if there is no dataset of that name
   */
  double sampledShare(String dataset);

  /**
   * A column or nested field that the tenant may see.
   *
   * @param name as in a predicate
   * @throws CommandRefusedException if there is none of that name for this tenant
   */
  Column column(String dataset, String name);

  /**
   * Checks a predicate by the limits and the columns that the tenant may see.
   *
   * @throws CommandRefusedException if it is refused, with the gate's message
   */
  Predicate check(String dataset, String where);
}
