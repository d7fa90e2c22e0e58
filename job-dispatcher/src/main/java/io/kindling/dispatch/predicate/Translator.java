package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Arithmetic;
import io.kindling.dispatch.predicate.Expression.Call;
import io.kindling.dispatch.predicate.Expression.CaseWhen;
import io.kindling.dispatch.predicate.Expression.Cast;
import io.kindling.dispatch.predicate.Expression.Comparison;
import io.kindling.dispatch.predicate.Expression.Exists;
import io.kindling.dispatch.predicate.Expression.ForAll;
import io.kindling.dispatch.predicate.Expression.In;
import io.kindling.dispatch.predicate.Expression.IsNull;
import io.kindling.dispatch.predicate.Expression.LambdaVariable;
import io.kindling.dispatch.predicate.Expression.Like;
import io.kindling.dispatch.predicate.Expression.Literal;
import io.kindling.dispatch.predicate.Expression.Not;
import io.kindling.dispatch.predicate.Expression.Or;
import io.kindling.dispatch.predicate.SyntaxNode.Other;
import java.math.BigDecimal;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Turns the parser's nodes into values. What has no case here is refused: it is an allow-list of
 * node kinds, functions and columns.
 */
final class Translator {
  /** A typed literal: the word, a quote, and what stands in it. */
  private static final Pattern TYPED_LITERAL =
      Pattern.compile("\\w+\\s*(['\"])([^'\"\\\\]*)\\1", Pattern.DOTALL);

  private static final Pattern MOVING_TIME =
      Pattern.compile("now|today|tomorrow|yesterday", Pattern.CASE_INSENSITIVE);

  private static final int MAX_LAMBDAS = 2;

  private static final BigDecimal LARGEST_LONG = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final BigDecimal SMALLEST_LONG = BigDecimal.valueOf(Long.MIN_VALUE);

  /** More than any text of the default limits has, if nothing in it is walked again and again. */
  private static final int MAX_NODES = 10_000;

  private final String text;
  private final Objections objections;
  private final PredicateLimits limits;
  private final ColumnResolver columns;
  private final List<LambdaVariable> scope = new ArrayList<>();
  private int atoms;
  private int nodes;

  private Translator(
      String text, List<Token> tokens, PredicateLimits limits, ColumnResolver columns) {
    this.text = text;
    this.objections = new Objections(text, tokens);
    this.limits = limits;
    this.columns = columns;
  }

  static Predicate translate(
      SyntaxNode root,
      String text,
      List<Token> tokens,
      PredicateLimits limits,
      ColumnResolver columns) {
    return new Predicate(new Translator(text, tokens, limits, columns).condition(root, 1));
  }

  /** What is true, false or null, as far as can be told without Spark. */
  private Expression condition(SyntaxNode node, int depth) {
    Expression condition = value(node, depth);
    boolean isCalculated =
        condition instanceof Arithmetic
            || (condition instanceof Call call && Functions.isNoCondition(call.function()));
    if (isCalculated) {
      throw objections.to(
          node, "a condition is needed at position %d, not a value", node.start() + 1);
    }
    DataType type = typeOf(condition).orElse(DataTypes.BooleanType);
    if (!type.equals(DataTypes.BooleanType) && !type.equals(DataTypes.NullType)) {
      throw objections.to(
          node,
          "a condition is needed at position %d, but %s is of type %s",
          node.start() + 1,
          objections.shown(node),
          type.simpleString());
    }
    if (isBare(condition)) {
      countAtom(node);
    }
    return condition;
  }

  private static boolean isBare(Expression condition) {
    return typeOf(condition).isPresent()
        || condition instanceof Call
        || condition instanceof CaseWhen;
  }

  private static Optional<DataType> typeOf(Expression expression) {
    if (expression instanceof Literal literal) {
      return Optional.of(literal.type());
    }
    return expression instanceof Cast cast
        ? Optional.of(cast.type())
        : ColumnResolver.typeOf(expression);
  }

  /** Anything but a whole struct: comparing one would read fields that the tenant may not see. */
  private Expression value(SyntaxNode node, int depth) {
    Expression value = shape(node, depth);
    Optional<StructType> struct = ColumnResolver.typeOf(value).flatMap(Translator::structIn);
    if (struct.isPresent()) {
      throw objections.to(
          node,
          "%s at position %d holds a struct, of which only the fields can be read: %s",
          objections.shown(node),
          node.start() + 1,
          Stream.of(struct.get().fields())
              .map(StructField::name)
              .limit(20)
              .collect(Collectors.joining(", ")));
    }
    return value;
  }

  private static Optional<StructType> structIn(DataType type) {
    if (type instanceof StructType struct) {
      return Optional.of(struct);
    }
    if (type instanceof ArrayType array) {
      return structIn(array.elementType());
    }
    return type instanceof MapType map
        ? structIn(map.keyType()).or(() -> structIn(map.valueType()))
        : Optional.empty();
  }

  private List<Expression> values(List<?> nodes, int depth) {
    return nodes.stream().map(node -> value((SyntaxNode) node, depth)).toList();
  }

  /** Anything: also a struct, if the caller looks at no more than whether it is there. */
  private Expression shape(SyntaxNode node, int depth) {
    if (++nodes > MAX_NODES) {
      throw objections.to(
          node,
          "it is too large once BETWEEN, CASE and LIKE ANY are spelled out, at position %d",
          node.start() + 1);
    }
    if (depth > limits.nesting()) {
      throw objections.to(
          node,
          "it is nested deeper than %d levels, at position %d",
          limits.nesting(),
          node.start() + 1);
    }
    return switch (node.kind()) {
      case "And", "Or" -> combined(node, depth);
      case "Not" -> new Not(condition(node.node(0), depth + 1), at(node));
      case "EqualTo" -> comparison(Comparison.Operator.EQUAL, node, depth);
      case "EqualNullSafe" -> comparison(Comparison.Operator.NULL_SAFE_EQUAL, node, depth);
      case "LessThan" -> comparison(Comparison.Operator.LESS, node, depth);
      case "LessThanOrEqual" -> comparison(Comparison.Operator.LESS_OR_EQUAL, node, depth);
      case "GreaterThan" -> comparison(Comparison.Operator.GREATER, node, depth);
      case "GreaterThanOrEqual" -> comparison(Comparison.Operator.GREATER_OR_EQUAL, node, depth);
      case "In" -> in(node, depth);
      case "Like" -> like(node, value(node.node(0), depth + 1), node.part(1), escape(node));
      case "ILike" -> caseInsensitiveLike(node, depth);
      case "LikeAny", "LikeAll", "NotLikeAny", "NotLikeAll" -> likeSeveral(node, depth);
      case "IsNull" -> isNull(node, node.node(0), depth);
      case "IsNotNull" -> new Not(isNull(node, node.node(0), depth), at(node));
      case "UnresolvedAttribute", "UnresolvedNamedLambdaVariable" -> name(node);
      case "UnresolvedExtractValue" ->
          item(node, shape(node.node(0), depth + 1), value(node.node(1), depth + 1));
      case "Literal" -> literal(node);
      case "UnresolvedFunction" -> function(node, depth);
      case "Add" -> arithmetic(Arithmetic.Operator.ADD, node, depth);
      case "Subtract" -> arithmetic(Arithmetic.Operator.SUBTRACT, node, depth);
      case "Multiply" -> arithmetic(Arithmetic.Operator.MULTIPLY, node, depth);
      case "Divide" -> arithmetic(Arithmetic.Operator.DIVIDE, node, depth);
      case "IntegralDivide" -> arithmetic(Arithmetic.Operator.DIVIDE_INTEGRAL, node, depth);
      case "Remainder" -> arithmetic(Arithmetic.Operator.REMAINDER, node, depth);
      case "BitwiseAnd" -> arithmetic(Arithmetic.Operator.BIT_AND, node, depth);
      case "BitwiseOr" -> arithmetic(Arithmetic.Operator.BIT_OR, node, depth);
      case "BitwiseXor" -> arithmetic(Arithmetic.Operator.BIT_XOR, node, depth);
      case "UnaryMinus" -> call("negative", node, node.parts().subList(0, 1), depth);
      case "UnaryPositive" -> call("positive", node, node.parts().subList(0, 1), depth);
      case "BitwiseNot" -> call(PredicateColumns.BIT_NOT, node, node.parts(), depth);
      case "Concat" -> call("concat", node, node.list(0), depth);
      case "Substring" -> call("substring", node, node.parts(), depth);
      case "StringLocate" -> call("locate", node, node.parts(), depth);
      case "Cast" -> cast(node, depth);
      case "CaseWhen" -> caseWhen(node, depth);
      default -> throw objections.notAllowed(node);
    };
  }

  /**
   * Operands of the same operator in a row are one AND or OR, however deep the parser nests them.
   */
  private Expression combined(SyntaxNode node, int depth) {
    boolean and = node.kind().equals("And");
    var operands = new ArrayList<Expression>();
    collect(node, node.kind(), depth, operands);
    var flat = new ArrayList<Expression>();
    for (Expression operand : operands) {
      boolean same = and ? operand instanceof And : operand instanceof Or;
      flat.addAll(same ? operand.children() : List.of(operand));
    }
    return and ? new And(flat, at(node)) : new Or(flat, at(node));
  }

  private void collect(SyntaxNode node, String kind, int depth, List<Expression> operands) {
    for (int i = 0; i < 2; i++) {
      if (node.node(i).kind().equals(kind)) {
        collect(node.node(i), kind, depth, operands);
      } else {
        operands.add(condition(node.node(i), depth + 1));
      }
    }
  }

  private Comparison comparison(Comparison.Operator operator, SyntaxNode node, int depth) {
    countAtom(node);
    List<Expression> sides = values(node.parts().subList(0, 2), depth + 1);
    return comparison(operator, node, sides.get(0), sides.get(1), at(node));
  }

  private Arithmetic arithmetic(Arithmetic.Operator operator, SyntaxNode node, int depth) {
    List<Expression> sides = values(node.parts().subList(0, 2), depth + 1);
    return new Arithmetic(operator, sides.get(0), sides.get(1), at(node));
  }

  private Comparison comparison(
      Comparison.Operator operator,
      SyntaxNode node,
      Expression left,
      Expression right,
      int position) {
    checkCompared(node, left, right);
    return new Comparison(operator, left, right, position);
  }

  private void checkCompared(SyntaxNode node, Expression left, Expression right) {
    if (DecimalRule.forbidsComparison(left, right)) {
      throw textMeetsDecimal(node);
    }
  }

  private PredicateRefusedException textMeetsDecimal(SyntaxNode node) {
    return objections.to(
        node,
        "a text meets a decimal at position %d; cast the text to double, or the decimal to string",
        node.start() + 1);
  }

  private In in(SyntaxNode node, int depth) {
    countAtom(node);
    List<?> options = node.list(1);
    if (options.size() > limits.inValues()) {
      throw objections.to(
          node,
          "IN at position %d has %d values, at most %d are allowed",
          node.start() + 1,
          options.size(),
          limits.inValues());
    }
    return new In(value(node.node(0), depth + 1), values(options, depth + 1), at(node));
  }

  private Like like(SyntaxNode node, Expression value, @Nullable Object pattern, char escape) {
    countAtom(node);
    String like = pattern(node, pattern);
    LikePattern.check(like, escape, limits, objections.part(node), node.start() + 1);
    return new Like(value, like, escape, at(node));
  }

  private String pattern(SyntaxNode node, @Nullable Object pattern) {
    Object literal = pattern;
    if (pattern instanceof SyntaxNode other) {
      literal = other.kind().equals("Literal") ? other.part(0) : null;
    }
    if (literal instanceof String like) {
      return like;
    }
    throw objections.to(
        node, "the pattern of LIKE at position %d must be a text literal", node.start() + 1);
  }

  private static char escape(SyntaxNode node) {
    return node.part(2) instanceof Character escape ? escape : '\\';
  }

  private Call caseInsensitiveLike(SyntaxNode node, int depth) {
    Like like = like(node, value(node.node(0), depth + 1), node.part(1), escape(node));
    int position = like.position();
    return new Call(
        PredicateColumns.ILIKE,
        List.of(
            like.value(),
            new Literal(like.pattern(), DataTypes.StringType, position),
            new Literal(String.valueOf(like.escape()), DataTypes.StringType, position)),
        position);
  }

  /** {@code LIKE ANY} is true if one of them is, which is what an OR says, null included. */
  private Expression likeSeveral(SyntaxNode node, int depth) {
    boolean not = node.kind().startsWith("Not");
    var operands = new ArrayList<Expression>();
    for (Object pattern : node.list(1)) {
      Like like = like(node, value(node.node(0), depth + 1), pattern, '\\');
      operands.add(not ? new Not(like, like.position()) : like);
    }
    if (operands.size() == 1) {
      return operands.get(0);
    }
    return node.kind().endsWith("Any") ? new Or(operands, at(node)) : new And(operands, at(node));
  }

  private IsNull isNull(SyntaxNode node, SyntaxNode value, int depth) {
    countAtom(node);
    return new IsNull(shape(value, depth + 1), at(node));
  }

  /** A lambda's variable before a column, the innermost first. */
  private Expression name(SyntaxNode node) {
    List<String> names = node.list(0).stream().map(Object::toString).toList();
    for (int i = scope.size() - 1; i >= 0; i--) {
      LambdaVariable variable = scope.get(i);
      if (columns.same(variable.name(), names.get(0))) {
        var here =
            new LambdaVariable(
                variable.name(), variable.depth(), variable.type(), node.start() + 1);
        return columns.nested(here, names, 1, objections.part(node), node.start() + 1);
      }
    }
    return columns.column(names, objections.part(node), node.start() + 1);
  }

  private Expression item(SyntaxNode node, Expression container, Expression key) {
    Expression item = columns.item(container, key, objections.part(node), node.start() + 1);
    if (DecimalRule.forbidsKey(container, key)) {
      throw textMeetsDecimal(node);
    }
    return item;
  }

  private Literal literal(SyntaxNode node) {
    Object value = node.part(0);
    var type = (DataType) node.parts().get(1);
    boolean collated = value instanceof String && !DataTypes.StringType.equals(type);
    if (type == null || value instanceof Other || collated) {
      String name = type == null ? "unknown" : type.simpleString();
      throw objections.to(
          node,
          "a literal of type %s is not allowed, there is one at position %d%s",
          name,
          node.start() + 1,
          name.startsWith("interval") ? "; date_add and date_sub count days" : "");
    }
    if (value instanceof Temporal) {
      checkTyped(node);
    }
    return new Literal(value, type, node.start() + 1);
  }

  private void checkTyped(SyntaxNode node) {
    Matcher typed = TYPED_LITERAL.matcher(text).region(node.start(), node.end());
    if (!typed.matches()) {
      throw objections.to(
          node,
          "the date or time at position %d must be written in one piece, without escapes",
          node.start() + 1);
    }
    if (MOVING_TIME.matcher(typed.group(2)).find()) {
      throw objections.to(
          node,
          "%s at position %d depends on when it is read, a date or time must be written out",
          objections.shown(node),
          node.start() + 1);
    }
  }

  private Expression function(SyntaxNode node, int depth) {
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
    return function(function.name(), node, arguments, depth);
  }

  private Expression function(String name, SyntaxNode node, List<?> arguments, int depth) {
    return switch (name) {
      case "isnull" -> isNull(node, (SyntaxNode) arguments.get(0), depth);
      case "isnotnull" -> new Not(isNull(node, (SyntaxNode) arguments.get(0), depth), at(node));
      case "equal_null" -> {
        countAtom(node);
        List<Expression> values = values(arguments, depth + 1);
        yield comparison(
            Comparison.Operator.NULL_SAFE_EQUAL, node, values.get(0), values.get(1), at(node));
      }
      case "between" -> between(node, arguments, depth);
      case "mod" -> {
        List<Expression> values = values(arguments, depth + 1);
        yield new Arithmetic(Arithmetic.Operator.REMAINDER, values.get(0), values.get(1), at(node));
      }
      case "if" ->
          new Call(
              name,
              Stream.concat(
                      Stream.of(condition((SyntaxNode) arguments.get(0), depth + 1)),
                      values(arguments.subList(1, 3), depth + 1).stream())
                  .toList(),
              at(node));
      case "round", "bround" -> {
        checkScale(arguments);
        yield call(name, node, arguments, depth);
      }
      case "size" ->
          new Call(name, List.of(shape((SyntaxNode) arguments.get(0), depth + 1)), at(node));
      case "exists", "forall" -> quantified(name, node, arguments, depth);
      default -> call(name, node, arguments, depth);
    };
  }

  private Call call(String name, SyntaxNode node, List<?> arguments, int depth) {
    List<Expression> values = values(arguments, depth + 1);
    if (name.equals("nullif")) {
      checkCompared(node, values.get(0), values.get(1));
    }
    return new Call(name, values, at(node));
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
    countAtom(node);
    countAtom(node);
    // Each side is translated by itself, so that what it holds is counted twice: it is walked
    // twice.
    Expression lower = noLiteral(value((SyntaxNode) arguments.get(0), depth + 2));
    Expression upper = noLiteral(value((SyntaxNode) arguments.get(0), depth + 2));
    List<Expression> bounds = values(arguments.subList(1, 3), depth + 2);
    // The parser puts the operator's own start here.
    int position = Math.min(at(node), lower.position());
    return new And(
        List.of(
            comparison(Comparison.Operator.GREATER_OR_EQUAL, node, lower, bounds.get(0), position),
            comparison(Comparison.Operator.LESS_OR_EQUAL, node, upper, bounds.get(1), position)),
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
    Expression array = shape((SyntaxNode) arguments.get(0), depth + 1);
    DataType type = ColumnResolver.typeOf(array).orElse(DataTypes.NullType);
    if (!(type instanceof ArrayType of)) {
      throw objections.to(
          node, "%s at position %d needs a column of type array", name, node.start() + 1);
    }
    countAtom(node);
    if (scope.size() == MAX_LAMBDAS) {
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
            scope.size(),
            of.elementType(),
            declared.start() + 1);
    scope.add(variable);
    Expression condition = condition(lambda.node(0), depth + 1);
    scope.remove(scope.size() - 1);
    return name.equals("exists")
        ? new Exists(array, variable, condition, at(node))
        : new ForAll(array, variable, condition, at(node));
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

  private Cast cast(SyntaxNode node, int depth) {
    var type = (DataType) node.parts().get(1);
    if (type == null || !CastTypes.allow(type)) {
      throw objections.to(
          node,
          "type %s in the cast at position %d is not allowed; allowed are %s",
          type == null ? "unknown" : type.simpleString(),
          node.start() + 1,
          CastTypes.NAMES);
    }
    Expression value = value(node.node(0), depth + 1);
    if (type instanceof DecimalType && DecimalRule.isUnsafeText(value)) {
      throw objections.to(
          node, "a text is cast to a decimal at position %d; cast it to double", node.start() + 1);
    }
    boolean isTry = node.part(3) instanceof Other mode && mode.text().equals("TRY");
    if (isTry && !PredicateColumns.canTryCast()) {
      throw objections.to(node, "TRY_CAST at position %d needs Spark 4", node.start() + 1);
    }
    return new Cast(value, type, isTry ? Cast.Failure.IS_NULL : Cast.Failure.AS_SESSION, at(node));
  }

  private CaseWhen caseWhen(SyntaxNode node, int depth) {
    var branches = new ArrayList<CaseWhen.Branch>();
    for (Object branch : node.list(0)) {
      List<?> pair = (List<?>) branch;
      branches.add(
          new CaseWhen.Branch(
              condition((SyntaxNode) pair.get(0), depth + 1),
              value((SyntaxNode) pair.get(1), depth + 1)));
    }
    Expression otherwise = node.part(1) == null ? null : value(node.node(1), depth + 1);
    return new CaseWhen(branches, otherwise, at(node));
  }

  private void countAtom(SyntaxNode node) {
    if (++atoms > limits.atoms()) {
      throw objections.to(
          node, "it has more than %d conditions, at position %d", limits.atoms(), node.start() + 1);
    }
  }

  /** Where an expression begins: some nodes of the parser begin at their operator. */
  private static int at(SyntaxNode node) {
    int start = node.start();
    Object first = node.parts().isEmpty() ? null : node.part(0);
    while (first instanceof SyntaxNode child) {
      start = Math.min(start, child.start());
      first = child.parts().isEmpty() ? null : child.part(0);
    }
    return start + 1;
  }
}
