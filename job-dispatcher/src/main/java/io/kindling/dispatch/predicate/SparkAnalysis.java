package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Not;
import io.kindling.dispatch.predicate.Expression.Or;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Asks Spark's analyzer about a predicate, so that what it refuses is refused before any scan. */
final class SparkAnalysis {
  private final Dataset<Row> empty;

  private SparkAnalysis(Dataset<Row> empty) {
    this.empty = empty;
  }

  /** What the analyzer refuses of a predicate. */
  record Refusal(Expression part, Exception cause) {}

  /** Analyzes a filter by the predicate; empty if there is nothing against it. */
  static Optional<Refusal> of(Predicate predicate, Dataset<Row> empty) {
    scala.Option<SparkSession> before = SparkSession.getActiveSession();
    SparkSession.setActiveSession(empty.sparkSession());
    try {
      return new SparkAnalysis(empty).refusal(predicate.condition());
    } finally {
      if (before.isDefined()) {
        SparkSession.setActiveSession(before.get());
      } else {
        SparkSession.clearActiveSession();
      }
    }
  }

  /** The smallest condition that fails by itself: nearer to what is wrong than the whole. */
  private Optional<Refusal> refusal(Expression condition) {
    Optional<Exception> failure = failure(condition);
    if (failure.isEmpty()) {
      return Optional.empty();
    }
    if (condition instanceof And || condition instanceof Or || condition instanceof Not) {
      for (Expression child : condition.children()) {
        Optional<Refusal> inside = refusal(child);
        if (inside.isPresent()) {
          return inside;
        }
      }
    }
    return Optional.of(new Refusal(condition, failure.get()));
  }

  private Optional<Exception> failure(Expression condition) {
    try {
      empty.filter(PredicateColumns.toColumn(condition));
      return Optional.empty();
    } catch (Exception e) {
      // The analyzer throws whatever it likes for a query that it cannot take; without a context it
      // is not the
      // query that is at fault.
      if (empty.sparkSession().sparkContext().isStopped()) {
        throw e;
      }
      return Optional.of(e);
    }
  }
}
