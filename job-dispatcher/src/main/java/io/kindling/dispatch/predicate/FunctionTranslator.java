package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Arithmetic;
import io.kindling.dispatch.predicate.Expression.Call;
import io.kindling.dispatch.predicate.Expression.Cast;
import io.kindling.dispatch.predicate.Expression.Comparison;
import io.kindling.dispatch.predicate.Expression.Exists;
import io.kindling.dispatch.predicate.Expression.ForAll;
import io.kindling.dispatch.predicate.Expression.LambdaVariable;
import io.kindling.dispatch.predicate.Expression.Literal;
import io.kindling.dispatch.predicate.Expression.Not;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** The part of a {@link Translator} that knows what functions take. */
final class FunctionTranslator {
  private static final int MAX_LAMBDAS = 2;

  private static final BigDecimal LARGEST_LONG = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final BigDecimal SMALLEST_LONG = BigDecimal.valueOf(Long.MIN_VALUE);

  private final Translator all;
  private final Objections objections;

  FunctionTranslator(Translator all, Objections objections) {
    this.all = all;
    this.objections = objections;
  }

  /**
   * The value of a call.
   *
   * @throws PredicateRefusedException if the function is not allowed, or its arguments are not
   */
  Expression translate(SyntaxNode node, int depth) {
    List<?> names = node.list(0);
    String written = names.stream().map(Object::toString).collect(Collectors.joining("."));
    Functions.Function function =
        Functions.find(written)
            .filter(known -> names.size() == 1)
            .orElseThrow(() -> unknownFunction(node, written));
    checkPlain(node, written);
    List<?> arguments = node.list(1);
    if (arguments.size() < function.minArguments() || arguments.size() > function.maxArguments()) {
      throw objections.to(
          node,
          "function %s at position %d takes %s argument%s, not %d",
          written,
          node.start() + 1,
          function.arity(),
          function.maxArguments() == 1 ? "" : "s",
          arguments.size());
    }
    return translate(function.name(), node, arguments, depth);
  }

  private PredicateRefusedException unknownFunction(SyntaxNode node, String written) {
    return objections.to(
        node,
        "function %s at position %d is not allowed; allowed are %s",
        written.matches("\\w{1,64}") ? written : PredicateRefusedException.shown(written),
        node.start() + 1,
        String.join(", ", Functions.names()));
  }

  /** No DISTINCT, FILTER, IGNORE NULLS or WITHIN GROUP, whichever field a Spark has for it. */
  private void checkPlain(SyntaxNode node, String name) {
    for (Object extra : node.parts().subList(2, node.parts().size())) {
      boolean plain =
          extra == null
              || Boolean.FALSE.equals(extra)
              || (extra instanceof List<?> list && list.isEmpty());
      if (!plain) {
        throw objections.to(
            node,
            "function %s at position %d takes arguments only, no DISTINCT, FILTER, IGNORE NULLS"
                + " or WITHIN GROUP",
            name,
            node.start() + 1);
      }
    }
  }

  private Expression translate(String name, SyntaxNode node, List<?> arguments, int depth) {
    return switch (name) {
      case "isnull" -> all.isNull(node, (SyntaxNode) arguments.get(0), depth);
      case "isnotnull" ->
          new Not(all.isNull(node, (SyntaxNode) arguments.get(0), depth), node.position());
      case "equal_null" -> {
        all.countAtom(node);
        List<Expression> values = all.values(arguments, depth + 1);
        yield all.comparison(
            Comparison.Operator.NULL_SAFE_EQUAL,
            node,
            values.get(0),
            values.get(1),
            node.position());
      }
      case "between" -> between(node, arguments, depth);
      case "mod" -> {
        List<Expression> values = all.values(arguments, depth + 1);
        yield new Arithmetic(
            Arithmetic.Operator.REMAINDER, values.get(0), values.get(1), node.position());
      }
      case "if" ->
          new Call(
              name,
              Stream.concat(
                      Stream.of(all.condition((SyntaxNode) arguments.get(0), depth + 1)),
                      all.values(arguments.subList(1, 3), depth + 1).stream())
                  .toList(),
              node.position());
      case "round", "bround" -> {
        checkScale(arguments);
        yield all.call(name, node, arguments, depth);
      }
      case "size" ->
          new Call(
              name, List.of(all.shape((SyntaxNode) arguments.get(0), depth + 1)), node.position());
      case "exists", "forall" -> quantified(name, node, arguments, depth);
      default -> all.call(name, node, arguments, depth);
    };
  }

  /** {@code round(x, 100000000)} calculates a power of ten with as many digits. */
  private void checkScale(List<?> arguments) {
    if (arguments.size() == 1) {
      return;
    }
    var scale = (SyntaxNode) arguments.get(1);
    boolean small =
        scale.kind().equals("Literal")
            && scale.part(0) instanceof Integer digits
            && Math.abs(digits) <= DecimalType.MAX_SCALE();
    if (!small) {
      throw objections.to(
          scale,
          "the number of digits at position %d must be a literal from -%d to %d",
          scale.start() + 1,
          DecimalType.MAX_SCALE(),
          DecimalType.MAX_SCALE());
    }
  }

  private And between(SyntaxNode node, List<?> arguments, int depth) {
    all.countAtom(node);
    all.countAtom(node);
    // Each side is translated by itself, so that what it holds is counted twice: it is walked
    // twice.
    Expression lower = noLiteral(all.value((SyntaxNode) arguments.get(0), depth + 2));
    Expression upper = noLiteral(all.value((SyntaxNode) arguments.get(0), depth + 2));
    List<Expression> bounds = all.values(arguments.subList(1, 3), depth + 2);
    // The parser puts the operator's own start here.
    int position = Math.min(node.position(), lower.position());
    return new And(
        List.of(
            all.comparison(
                Comparison.Operator.GREATER_OR_EQUAL, node, lower, bounds.get(0), position),
            all.comparison(
                Comparison.Operator.LESS_OR_EQUAL, node, upper, bounds.get(1), position)),
        position);
  }

  /**
   * Spark evaluates the value of this function once, and then compares what is no literal any more.
   * That differs only where a literal is beyond all longs: compared with whole numbers it decides
   * without looking at them, be they null (Spark's DecimalPrecision).
   */
  private static Expression noLiteral(Expression value) {
    return value instanceof Literal literal
            && literal.value() instanceof BigDecimal number
            && (number.compareTo(LARGEST_LONG) > 0 || number.compareTo(SMALLEST_LONG) < 0)
        ? new Cast(literal, literal.type(), Cast.Failure.AS_SESSION, literal.position())
        : value;
  }

  private Expression quantified(String name, SyntaxNode node, List<?> arguments, int depth) {
    var lambda = (SyntaxNode) arguments.get(1);
    if (!lambda.kind().equals("LambdaFunction") || lambda.list(1).size() != 1) {
      throw objections.to(
          lambda,
          "the second argument of %s at position %d must be a condition on one variable, such as"
              + " e -> e > 1",
          name,
          node.start() + 1);
    }
    Expression array = all.shape((SyntaxNode) arguments.get(0), depth + 1);
    DataType type = ColumnResolver.typeOf(array).orElse(DataTypes.NullType);
    if (!(type instanceof ArrayType of)) {
      throw objections.to(
          node, "%s at position %d needs a column of type array", name, node.start() + 1);
    }
    all.countAtom(node);
    int lambdas = all.lambdas();
    if (lambdas == MAX_LAMBDAS) {
      throw objections.to(
          node,
          "%s at position %d is more than %d lambdas deep: each multiplies the time by the length of"
              + " an array",
          name,
          node.start() + 1,
          MAX_LAMBDAS);
    }
    var declared = (SyntaxNode) lambda.list(1).get(0);
    var variable =
        new LambdaVariable(
            String.valueOf(declared.list(0).get(0)),
            lambdas,
            of.elementType(),
            declared.start() + 1);
    Expression condition = all.condition(lambda.node(0), depth + 1, variable);
    return name.equals("exists")
        ? new Exists(array, variable, condition, node.position())
        : new ForAll(array, variable, condition, node.position());
  }
}
