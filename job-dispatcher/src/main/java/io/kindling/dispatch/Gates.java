package io.kindling.dispatch;

import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateGate;
import io.kindling.dispatch.predicate.PredicateLimits;
import io.kindling.dispatch.predicate.PredicateRefusedException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The gates in front of a frame, one a tenant. Safe for concurrent use. */
final class Gates {
  private final StructType schema;
  private final SparkSession session;
  private final Map<String, ColumnRules> rules;
  private final PredicateLimits limits;
  private final Dataset<Row> empty;
  private final Map<String, PredicateGate> gates = new ConcurrentHashMap<>();

  /**
   * Gates.
   *
   * @param session whose settings say what a predicate means
   * @param rules by tenant; who has none sees all
   */
  Gates(
      StructType schema,
      SparkSession session,
      Map<String, ColumnRules> rules,
      PredicateLimits limits) {
    this.schema = schema;
    this.session = session;
    this.rules = Map.copyOf(rules);
    this.limits = limits;
    this.empty = session.createDataFrame(List.of(), schema);
  }

  /**
   * Checks a predicate of a tenant, and that Spark can analyze it.
   *
   * @throws CommandRefusedException with the gate's message
   */
  Predicate check(String tenant, String where) {
    try {
      return of(tenant).check(where, empty);
    } catch (PredicateRefusedException e) {
      throw new CommandRefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Checks a predicate of a tenant, and that Spark can analyze it unless that is sure: the analyzer
   * takes ten times as long as all else.
   *
   * @throws CommandRefusedException with the gate's message
   */
  Predicate check(String tenant, String where, java.util.function.Predicate<Predicate> sure) {
    try {
      Predicate predicate = of(tenant).check(where);
      return sure.test(predicate) ? predicate : of(tenant).check(where, empty);
    } catch (PredicateRefusedException e) {
      throw new CommandRefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The columns and fields that a tenant may see. */
  StructType visible(String tenant) {
    return of(tenant).schema();
  }

  private PredicateGate of(String tenant) {
    return gates.computeIfAbsent(
        tenant,
        name ->
            PredicateGate.builder(schema)
                .session(session)
                .limits(limits)
                .rules(rules.getOrDefault(name, ColumnRules.everything()))
                .build());
  }
}
