package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Comparison;
import io.kindling.dispatch.predicate.Expression.Not;
import io.kindling.dispatch.predicate.Expression.Or;
import java.util.ArrayList;
import java.util.List;

/** De Morgan's laws, which hold for three truth values as they do for two. */
final class NegationNormalForm {
  private NegationNormalForm() {}

  static Expression of(Expression condition) {
    if (condition instanceof And and) {
      return new And(flat(and.operands(), And.class), and.position());
    }
    if (condition instanceof Or or) {
      return new Or(flat(or.operands(), Or.class), or.position());
    }
    return condition instanceof Not not ? negation(not) : condition;
  }

  private static Expression negation(Not not) {
    Expression operand = not.operand();
    if (operand instanceof Not twice) {
      return of(twice.operand());
    }
    if (operand instanceof And and) {
      return new Or(flat(negated(and.operands()), Or.class), and.position());
    }
    if (operand instanceof Or or) {
      return new And(flat(negated(or.operands()), And.class), or.position());
    }
    if (operand instanceof Comparison comparison && comparison.operator().negated() != null) {
      return new Comparison(
          comparison.operator().negated(),
          comparison.left(),
          comparison.right(),
          comparison.position());
    }
    return not;
  }

  private static List<Expression> negated(List<Expression> operands) {
    return operands.stream().<Expression>map(o -> new Not(o, o.position())).toList();
  }

  /** The operands' normal forms; one that became of the same kind as its parent is taken apart. */
  private static List<Expression> flat(List<Expression> operands, Class<?> parent) {
    var flat = new ArrayList<Expression>();
    for (Expression operand : operands) {
      Expression normal = of(operand);
      if (parent.isInstance(normal)) {
        flat.addAll(normal.children());
      } else {
        flat.add(normal);
      }
    }
    return flat;
  }
}
