package io.kindling.dispatch.http;

import io.kindling.core.KindlingException;
import io.kindling.dispatch.predicate.PredicateRefusedException;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.queue.QueueStats;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/** What the server asks its driver. Implemented by the dispatcher; safe for concurrent use. */
public interface PreviewSource {
  /** The datasets, with what a tenant may see of them. */
  List<DatasetView> datasets(String tenant);

  /**
   * Asks the gate, so that nothing is queued that would be refused. Starts no Spark job.
   *
   * @throws KindlingException if it refuses; the cause is a {@link PredicateRefusedException} if it
   *     is for the predicate
   */
  void check(String tenant, String dataset, String where);

  /** The numbers of the queue. */
  QueueStats stats();

  /** What this driver is working on. */
  List<Lease> leases();

  /** The pools of Spark's scheduler that this driver uses. */
  List<PoolView> pools();

  /** What this driver has scanned since it began. */
  ScanFigures scans();

  /**
   * A dataset in its current version.
   *
   * @param version 1, 2, ...
   * @param rows that are held
   * @param sampledShare of all rows; 1 if all are held
   * @param schema as far as the tenant may see it
   */
  record DatasetView(
      String name, long version, long rows, double sampledShare, StructType schema) {}

  /**
   * A FAIR pool.
   *
   * @param name of the pool
   * @param weight against others
   * @param runningTasks now
   * @param tenants whose handlers run in it; none for the pool of the scans
   */
  record PoolView(String name, int weight, int runningTasks, List<String> tenants) {
    public PoolView {
      tenants = List.copyOf(tenants);
    }
  }

  /**
   * Passes over datasets.
   *
   * @param scans that ended well
   * @param failed that did not
   * @param counts that were answered by scans
   * @param seconds that all of them took
   * @param buildSeconds the part of these in which columns were made at first touch
   */
  record ScanFigures(long scans, long failed, long counts, double seconds, double buildSeconds) {}
}
