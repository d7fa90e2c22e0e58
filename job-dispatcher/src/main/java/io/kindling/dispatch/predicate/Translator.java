package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Arithmetic;
import io.kindling.dispatch.predicate.Expression.Call;
import io.kindling.dispatch.predicate.Expression.CaseWhen;
import io.kindling.dispatch.predicate.Expression.Cast;
import io.kindling.dispatch.predicate.Expression.Comparison;
import io.kindling.dispatch.predicate.Expression.In;
import io.kindling.dispatch.predicate.Expression.IsNull;
import io.kindling.dispatch.predicate.Expression.LambdaVariable;
import io.kindling.dispatch.predicate.Expression.Like;
import io.kindling.dispatch.predicate.Expression.Literal;
import io.kindling.dispatch.predicate.Expression.Not;
import io.kindling.dispatch.predicate.Expression.Or;
import io.kindling.dispatch.predicate.SyntaxNode.Other;
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

  /** More than any text of the default limits has, if nothing in it is walked again and again. */
  private static final int MAX_NODES = 10_000;

  private final String text;
  private final Objections objections;
  private final PredicateLimits limits;
  private final ColumnResolver columns;
  private final FunctionTranslator functions;
  private final List<LambdaVariable> scope = new ArrayList<>();
  private int atoms;
  private int nodes;

  private Translator(
      String text, List<Token> tokens, PredicateLimits limits, ColumnResolver columns) {
    this.text = text;
    this.objections = new Objections(text, tokens);
    this.limits = limits;
    this.columns = columns;
    this.functions = new FunctionTranslator(this, objections);
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
  Expression condition(SyntaxNode node, int depth) {
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

  /** As {@link #condition(SyntaxNode, int)}, where a lambda's variable is known, too. */
  Expression condition(SyntaxNode node, int depth, LambdaVariable variable) {
    scope.add(variable);
    Expression condition = condition(node, depth);
    scope.remove(scope.size() - 1);
    return condition;
  }

  /** How many lambdas one is in. */
  int lambdas() {
    return scope.size();
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
  Expression value(SyntaxNode node, int depth) {
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

  List<Expression> values(List<?> nodes, int depth) {
    return nodes.stream().map(node -> value((SyntaxNode) node, depth)).toList();
  }

  /** Anything: also a struct, if the caller looks at no more than whether it is there. */
  Expression shape(SyntaxNode node, int depth) {
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
      case "Not" -> new Not(condition(node.node(0), depth + 1), node.position());
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
      case "IsNotNull" -> new Not(isNull(node, node.node(0), depth), node.position());
      case "UnresolvedAttribute", "UnresolvedNamedLambdaVariable" -> name(node);
      case "UnresolvedExtractValue" ->
          item(node, shape(node.node(0), depth + 1), value(node.node(1), depth + 1));
      case "Literal" -> literal(node);
      case "UnresolvedFunction" -> functions.translate(node, depth);
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
    return and ? new And(flat, node.position()) : new Or(flat, node.position());
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
    return comparison(operator, node, sides.get(0), sides.get(1), node.position());
  }

  private Arithmetic arithmetic(Arithmetic.Operator operator, SyntaxNode node, int depth) {
    List<Expression> sides = values(node.parts().subList(0, 2), depth + 1);
    return new Arithmetic(operator, sides.get(0), sides.get(1), node.position());
  }

  Comparison comparison(
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
    return new In(value(node.node(0), depth + 1), values(options, depth + 1), node.position());
  }

  private Like like(SyntaxNode node, Expression value, @Nullable Object pattern, char escape) {
    countAtom(node);
    String like = pattern(node, pattern);
    LikePattern.check(like, escape, limits, objections.part(node), node.start() + 1);
    return new Like(value, like, escape, node.position());
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
    return node.kind().endsWith("Any")
        ? new Or(operands, node.position())
        : new And(operands, node.position());
  }

  IsNull isNull(SyntaxNode node, SyntaxNode value, int depth) {
    countAtom(node);
    return new IsNull(shape(value, depth + 1), node.position());
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

  Call call(String name, SyntaxNode node, List<?> arguments, int depth) {
    List<Expression> values = values(arguments, depth + 1);
    if (name.equals("nullif")) {
      checkCompared(node, values.get(0), values.get(1));
    }
    return new Call(name, values, node.position());
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
    return new Cast(
        value, type, isTry ? Cast.Failure.IS_NULL : Cast.Failure.AS_SESSION, node.position());
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
    return new CaseWhen(branches, otherwise, node.position());
  }

  void countAtom(SyntaxNode node) {
    if (++atoms > limits.atoms()) {
      throw objections.to(
          node, "it has more than %d conditions, at position %d", limits.atoms(), node.start() + 1);
    }
  }
}
