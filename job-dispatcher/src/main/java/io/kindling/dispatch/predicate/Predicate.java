package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.Expression.Column;
import java.util.ArrayList;
import java.util.List;

/**
 * A condition that the gate let through: it names only columns that its tenant may see, calls only
 * functions of the allow-list, and keeps to the limits.
 *
 * @param condition what a row must fulfil; a row counts when it is true, not when it is null
 */
public record Predicate(Expression condition) {
  /**
   * A text that is equal for predicates of equal meaning, as told at {@link Expression#canonical}.
   * Equal texts mean the same on the same schema only.
   */
  public String canonical() {
    return condition.canonical();
  }

  /**
   * The same condition with every NOT pushed down to where it cannot go further: to the two
   * equalities and whatever is neither AND, OR, NOT nor another comparison. A row for which this is
   * true is one for which the condition is; the three values are kept.
   */
  public Expression negationNormalForm() {
    return NegationNormalForm.of(condition);
  }

  /** The columns and fields it reads, each path once, in the order in which they are read. */
  public List<Column> columns() {
    var columns = new ArrayList<Column>();
    collect(condition, columns);
    return List.copyOf(columns);
  }

  private static void collect(Expression expression, List<Column> columns) {
    if (expression instanceof Column column
        && columns.stream().noneMatch(known -> known.path().equals(column.path()))) {
      columns.add(column);
    }
    for (Expression child : expression.children()) {
      collect(child, columns);
    }
  }

  @Override
  public String toString() {
    return canonical();
  }
}
