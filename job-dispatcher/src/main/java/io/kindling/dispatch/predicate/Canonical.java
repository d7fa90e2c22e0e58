package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Arithmetic;
import io.kindling.dispatch.predicate.Expression.Call;
import io.kindling.dispatch.predicate.Expression.CaseWhen;
import io.kindling.dispatch.predicate.Expression.Cast;
import io.kindling.dispatch.predicate.Expression.Column;
import io.kindling.dispatch.predicate.Expression.Comparison;
import io.kindling.dispatch.predicate.Expression.Exists;
import io.kindling.dispatch.predicate.Expression.Field;
import io.kindling.dispatch.predicate.Expression.ForAll;
import io.kindling.dispatch.predicate.Expression.In;
import io.kindling.dispatch.predicate.Expression.IsNull;
import io.kindling.dispatch.predicate.Expression.Item;
import io.kindling.dispatch.predicate.Expression.LambdaVariable;
import io.kindling.dispatch.predicate.Expression.Like;
import io.kindling.dispatch.predicate.Expression.Literal;
import io.kindling.dispatch.predicate.Expression.Not;
import io.kindling.dispatch.predicate.Expression.Or;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the canonical text. Every compound stands in parentheses, names and strings in quotes that
 * are doubled inside, so that different expressions never share a text.
 */
final class Canonical implements Expression.Visitor<String> {
  private static final Canonical INSTANCE = new Canonical();

  private Canonical() {}

  static String of(Expression expression) {
    return expression.accept(INSTANCE);
  }

  @Override
  public String visitAnd(And and) {
    return combined(and.operands(), " and ");
  }

  @Override
  public String visitOr(Or or) {
    return combined(or.operands(), " or ");
  }

  @Override
  public String visitNot(Not not) {
    return not.operand() instanceof Not twice
        ? of(twice.operand())
        : "(not " + of(not.operand()) + ")";
  }

  @Override
  public String visitComparison(Comparison comparison) {
    String left = of(comparison.left());
    String right = of(comparison.right());
    boolean swap = left.compareTo(right) > 0;
    Comparison.Operator operator = swap ? comparison.operator().flipped() : comparison.operator();
    return "(%s %s %s)".formatted(swap ? right : left, operator.symbol(), swap ? left : right);
  }

  @Override
  public String visitIn(In in) {
    return "(%s in (%s))"
        .formatted(of(in.value()), sorted(in.options()).collect(Collectors.joining(", ")));
  }

  @Override
  public String visitLike(Like like) {
    return "(%s like %s escape %s)"
        .formatted(
            of(like.value()), quoted(like.pattern(), '\''), quoted("" + like.escape(), '\''));
  }

  @Override
  public String visitIsNull(IsNull isNull) {
    return "(" + of(isNull.value()) + " is null)";
  }

  @Override
  public String visitColumn(Column column) {
    return column.path().stream().map(name -> quoted(name, '`')).collect(Collectors.joining("."));
  }

  @Override
  public String visitField(Field field) {
    return of(field.base()) + "." + quoted(field.name(), '`');
  }

  @Override
  public String visitItem(Item item) {
    return of(item.container()) + "[" + of(item.key()) + "]";
  }

  @Override
  public String visitLiteral(Literal literal) {
    if (literal.value() == null) {
      return "null";
    }
    // By its digits and its scale: 1.0 and 1.00 are of different types.
    String value = String.valueOf(literal.value());
    return literal.type().sql().toLowerCase(Locale.ROOT) + quoted(value, '\'');
  }

  @Override
  public String visitCall(Call call) {
    return call.function() + "(" + list(call.arguments()) + ")";
  }

  @Override
  public String visitArithmetic(Arithmetic arithmetic) {
    return "(%s %s %s)"
        .formatted(of(arithmetic.left()), arithmetic.operator().symbol(), of(arithmetic.right()));
  }

  @Override
  public String visitCast(Cast cast) {
    String name = cast.failure() == Cast.Failure.IS_NULL ? "try_cast" : "cast";
    return "%s(%s as %s)".formatted(name, of(cast.value()), cast.type().sql());
  }

  @Override
  public String visitCaseWhen(CaseWhen caseWhen) {
    var text = new StringBuilder("(case");
    for (CaseWhen.Branch branch : caseWhen.branches()) {
      text.append(" when ").append(of(branch.condition()));
      text.append(" then ").append(of(branch.value()));
    }
    if (caseWhen.otherwise() != null) {
      text.append(" else ").append(of(caseWhen.otherwise()));
    }
    return text.append(" end)").toString();
  }

  @Override
  public String visitExists(Exists exists) {
    return "exists(%s, %s -> %s)"
        .formatted(of(exists.array()), of(exists.variable()), of(exists.condition()));
  }

  @Override
  public String visitForAll(ForAll forAll) {
    return "forall(%s, %s -> %s)"
        .formatted(of(forAll.array()), of(forAll.variable()), of(forAll.condition()));
  }

  @Override
  public String visitLambdaVariable(LambdaVariable variable) {
    return "$" + variable.depth();
  }

  private static String combined(List<Expression> operands, String operator) {
    List<String> texts = sorted(operands).toList();
    return texts.size() == 1 ? texts.get(0) : "(" + String.join(operator, texts) + ")";
  }

  /** Equal ones once: (a and a) is a, and so are (a or a) and an option that stands twice. */
  private static Stream<String> sorted(List<Expression> expressions) {
    return expressions.stream().map(Canonical::of).sorted().distinct();
  }

  private static String list(List<Expression> expressions) {
    return expressions.stream().map(Canonical::of).collect(Collectors.joining(", "));
  }

  private static String quoted(String text, char quote) {
    String q = String.valueOf(quote);
    return q + text.replace(q, q + q) + q;
  }
}
