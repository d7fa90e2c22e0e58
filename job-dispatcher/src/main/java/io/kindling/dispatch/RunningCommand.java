package io.kindling.dispatch;

import io.kindling.dispatch.predicate.Expression;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.queue.Lease;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** A command that a handler executes, and the versions of datasets that it holds meanwhile. */
final class RunningCommand implements HandlerContext, AutoCloseable {
  private static final Pattern NAME = Pattern.compile("(`[^`]+`|\\w+)(\\.(`[^`]+`|\\w+))*");

  private final Lease lease;
  private final Datasets datasets;
  private final Map<String, DatasetVersion> held = new HashMap<>();
  private volatile boolean cancelled;

  RunningCommand(Lease lease, Datasets datasets) {
    this.lease = lease;
    this.datasets = datasets;
  }

  Lease lease() {
    return lease;
  }

  void cancel() {
    cancelled = true;
  }

  @Override
  public String id() {
    return lease.id();
  }

  @Override
  public String tenant() {
    return lease.tenant();
  }

  @Override
  public Instant deadline() {
    return lease.deadline();
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public Dataset<Row> dataset(String name) {
    return version(name).visible(lease.tenant());
  }

  @Override
  public double sampledShare(String dataset) {
    return version(dataset).sampledShare();
  }

  @Override
  public Column column(String dataset, String name) {
    List<Expression.Column> named = check(dataset, name + " is not null").columns();
    if (named.size() != 1 || !isName(name)) {
      throw new CommandRefusedException("Cannot take '%s' as a column".formatted(name));
    }
    return functions.col(
        named.get(0).path().stream()
            .map(part -> "`" + part.replace("`", "``") + "`")
            .collect(Collectors.joining(".")));
  }

  /** Not an expression around one. */
  private static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  @Override
  public Predicate check(String dataset, String where) {
    return version(dataset).check(lease.tenant(), where);
  }

  private synchronized DatasetVersion version(String name) {
    return held.computeIfAbsent(name, datasets::acquire);
  }

  @Override
  public synchronized void close() {
    held.values().forEach(DatasetVersion::release);
    held.clear();
  }
}
