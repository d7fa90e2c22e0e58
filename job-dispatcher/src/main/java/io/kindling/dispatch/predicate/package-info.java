/**
 * The gate: a predicate's text is turned into a value, or refused, before anything reaches Spark.
 *
 * <pre>{@code
 * PredicateGate gate = PredicateGate.builder(frame.schema()).build();
 * Predicate predicate = gate.check("age > 30 and country in ('NL', 'BE')");
 * frame.filter(PredicateColumns.toColumn(predicate)).count();
 * }</pre>
 *
 * In reading order: {@code PredicateGate}, {@link io.kindling.dispatch.predicate.Predicate}, {@link
 * io.kindling.dispatch.predicate.Expression} (what a predicate is made of), {@code ColumnRules}
 * (who may see what), {@code PredicateColumns} (back to Spark). What can be written stands in
 * docs/predicates.md.
 */
@NullMarked
package io.kindling.dispatch.predicate;

import org.jspecify.annotations.NullMarked;
