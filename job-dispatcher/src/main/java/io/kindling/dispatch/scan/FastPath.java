package io.kindling.dispatch.scan;

import io.kindling.dispatch.predicate.Expression;
import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Call;
import io.kindling.dispatch.predicate.Expression.Column;
import io.kindling.dispatch.predicate.Expression.Comparison;
import io.kindling.dispatch.predicate.Expression.Comparison.Operator;
import io.kindling.dispatch.predicate.Expression.Exists;
import io.kindling.dispatch.predicate.Expression.Field;
import io.kindling.dispatch.predicate.Expression.ForAll;
import io.kindling.dispatch.predicate.Expression.In;
import io.kindling.dispatch.predicate.Expression.IsNull;
import io.kindling.dispatch.predicate.Expression.LambdaVariable;
import io.kindling.dispatch.predicate.Expression.Like;
import io.kindling.dispatch.predicate.Expression.Literal;
import io.kindling.dispatch.predicate.Expression.Not;
import io.kindling.dispatch.predicate.Expression.Or;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.scan.Condition.AllOf;
import io.kindling.dispatch.scan.Condition.Always;
import io.kindling.dispatch.scan.Condition.AnyElement;
import io.kindling.dispatch.scan.Condition.AnyOf;
import io.kindling.dispatch.scan.Condition.EveryElement;
import io.kindling.dispatch.scan.Condition.Test;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/*
 * The three truth values. A row counts when the whole condition is true, so only what makes it true
 * must be known. NOT is taken down to the tests as De Morgan says, which three values obey as well,
 * and there "not true" and "false" part: the rows for which NOT (x < 5) is true are those with a
 * value that is not below 5, and never those without a value. Of an array "exists" is false, and so
 * its NOT true, when the condition is false for every element; an element for which it is null
 * leaves both undecided.
 */

/** Turns predicates into what the scan evaluates, as far as it can. */
final class FastPath {
  private final StructType schema;
  private final Coercion coercion;
  private final boolean sizeOfNull;

  /**
   * Compiles for one schema.
   *
   * @param zone of the session
   * @param sizeOfNull whether the size of a null array is -1, as without ANSI mode, or null
   */
  FastPath(StructType schema, ZoneId zone, boolean sizeOfNull) {
    this.schema = schema;
    this.coercion = new Coercion(zone);
    this.sizeOfNull = sizeOfNull;
  }

  /** Empty if the predicate needs Spark. */
  Optional<Condition> compile(Predicate predicate) {
    try {
      return Optional.of(compile(predicate.condition(), true, null));
    } catch (NeedsSparkException e) {
      return Optional.empty();
    }
  }

  /** The condition under which an expression is true, or under which it is false. */
  private Condition compile(Expression expression, boolean wanted, @Nullable Scope scope) {
    if (expression instanceof And and) {
      return combine(and.operands(), wanted, wanted, scope);
    }
    if (expression instanceof Or or) {
      return combine(or.operands(), !wanted, wanted, scope);
    }
    if (expression instanceof Not not) {
      return compile(not.operand(), !wanted, scope);
    }
    if (expression instanceof Comparison comparison) {
      return comparison(comparison, wanted, scope);
    }
    if (expression instanceof In in) {
      return in(in, wanted, scope);
    }
    if (expression instanceof IsNull isNull) {
      return new Test(leafForNull(isNull.value(), scope), new Values.Every(!wanted), wanted);
    }
    if (expression instanceof Like like) {
      return like(like, wanted, scope);
    }
    if (expression instanceof Exists exists) {
      return elements(exists.array(), exists.variable(), exists.condition(), wanted, wanted, scope);
    }
    if (expression instanceof ForAll all) {
      return elements(all.array(), all.variable(), all.condition(), !wanted, wanted, scope);
    }
    if (expression instanceof Call call) {
      return call(call, wanted, scope);
    }
    if (expression instanceof Literal literal) {
      if (literal.value() != null && !(literal.value() instanceof Boolean)) {
        throw new NeedsSparkException(); // Which refuses it.
      }
      return new Always(literal.value() instanceof Boolean value && value == wanted);
    }
    Typed flag = typed(expression, scope);
    if (!flag.type().equals(DataTypes.BooleanType)) {
      throw new NeedsSparkException();
    }
    return new Test(flag.leaf(), Bounds.exactly(wanted ? 1 : 0).matching(Operator.EQUAL), false);
  }

  private Condition combine(
      List<Expression> operands, boolean all, boolean wanted, @Nullable Scope scope) {
    List<Condition> conditions = new ArrayList<>();
    for (Expression operand : operands) {
      conditions.add(compile(operand, wanted, scope));
    }
    return all ? new AllOf(List.copyOf(conditions)) : new AnyOf(List.copyOf(conditions));
  }

  private Condition comparison(Comparison comparison, boolean wanted, @Nullable Scope scope) {
    Operator operator = comparison.operator();
    Expression value = comparison.left();
    Expression other = comparison.right();
    if (value instanceof Literal) {
      operator = operator.flipped();
      value = comparison.right();
      other = comparison.left();
    }
    if (!(other instanceof Literal literal)) {
      throw new NeedsSparkException();
    }
    boolean nullSafe = operator == Operator.NULL_SAFE_EQUAL;
    if (literal.value() == null) {
      if (nullSafe) {
        return new Test(leafForNull(value, scope), new Values.Every(!wanted), wanted);
      }
      if (!LeafType.isLeaf(typed(value, scope).type())) {
        throw new NeedsSparkException(); // Which refuses maps, for one.
      }
      return new Always(false);
    }
    if (isSize(value)) {
      return size(sizesOf(value, scope), operator, literal, wanted);
    }
    Typed typed = typed(value, scope);
    Values matching = required(coercion.compared(typed.type(), literal)).matching(operator);
    return wanted
        ? new Test(typed.leaf(), matching, false)
        : new Test(typed.leaf(), matching.complement(), nullSafe);
  }

  private Condition in(In in, boolean wanted, @Nullable Scope scope) {
    Typed typed = typed(in.value(), scope);
    boolean withNull = false;
    List<Literal> literals = new ArrayList<>();
    for (Expression option : in.options()) {
      if (!(option instanceof Literal literal)) {
        throw new NeedsSparkException();
      }
      if (literal.value() == null) {
        withNull = true;
      } else {
        literals.add(literal);
      }
    }
    // Spark compares all as one type. With a double among them that is another than each alone has.
    long doubles = literals.stream().filter(l -> l.value() instanceof Double).count();
    if (doubles > 0 && doubles < literals.size() && !typed.type().equals(DataTypes.DoubleType)) {
      throw new NeedsSparkException();
    }
    List<Values> sets = new ArrayList<>();
    for (Literal literal : literals) {
      sets.add(required(coercion.ofSameKind(typed.type(), literal)).matching(Operator.EQUAL));
    }
    if (!wanted && withNull) {
      return new Always(false);
    }
    return new Test(typed.leaf(), new Values.OneOf(sets, wanted), false);
  }

  private Condition like(Like like, boolean wanted, @Nullable Scope scope) {
    return matching(
        text(like.value(), scope), LikePattern.parse(like.pattern(), like.escape()), wanted);
  }

  private static Condition matching(Leaf leaf, LikePattern pattern, boolean wanted) {
    return new Test(leaf, new Values.Matching(pattern, wanted), false);
  }

  private Leaf text(Expression expression, @Nullable Scope scope) {
    Typed typed = typed(expression, scope);
    if (!typed.type().equals(DataTypes.StringType)) {
      throw new NeedsSparkException();
    }
    return typed.leaf();
  }

  private Condition call(Call call, boolean wanted, @Nullable Scope scope) {
    List<Expression> arguments = call.arguments();
    if (arguments.size() != 2
        || !(arguments.get(1) instanceof Literal literal)
        || literal.value() == null) {
      throw new NeedsSparkException();
    }
    return switch (call.function()) {
      case "array_contains" -> contains(arguments.get(0), literal, wanted, scope);
      case "startswith" ->
          matching(text(arguments.get(0), scope), LikePattern.startsWith(text(literal)), wanted);
      case "endswith" ->
          matching(text(arguments.get(0), scope), LikePattern.endsWith(text(literal)), wanted);
      case "contains" ->
          matching(text(arguments.get(0), scope), LikePattern.contains(text(literal)), wanted);
      default -> throw new NeedsSparkException();
    };
  }

  private static String text(Literal literal) {
    if (!(literal.value() instanceof String text)) {
      throw new NeedsSparkException();
    }
    return text;
  }

  private static boolean isSize(Expression expression) {
    return expression instanceof Call call
        && (call.function().equals("size") || call.function().equals("cardinality"));
  }

  private Leaf sizesOf(Expression size, @Nullable Scope scope) {
    return array(size.children().get(0), scope).sizes();
  }

  private Condition size(Leaf sizes, Operator operator, Literal literal, boolean wanted) {
    Bounds bounds = required(coercion.ofSameKind(DataTypes.IntegerType, literal));
    Values matching = bounds.matching(operator);
    Values values = wanted ? matching : matching.complement();
    if (!(values instanceof Values.Numbers numbers)) {
      throw new NeedsSparkException();
    }
    boolean nullSafe = operator == Operator.NULL_SAFE_EQUAL;
    return new Test(sizes, values, sizeOfNull ? numbers.contains(-1) : nullSafe && !wanted);
  }

  private Condition contains(
      Expression array, Literal literal, boolean wanted, @Nullable Scope scope) {
    Array found = array(array, scope);
    Values equal =
        required(coercion.ofSameKind(found.elementType(), literal)).matching(Operator.EQUAL);
    Leaf element = found.element(List.of());
    return wanted
        ? new AnyElement(found.sizes(), new Test(element, equal, false))
        : new EveryElement(found.sizes(), new Test(element, equal.complement(), false));
  }

  private Condition elements(
      Expression array,
      LambdaVariable variable,
      Expression condition,
      boolean any,
      boolean wanted,
      @Nullable Scope scope) {
    Array found = array(array, scope);
    Condition element = compile(condition, wanted, new Scope(found, variable.depth()));
    return any ? new AnyElement(found.sizes(), element) : new EveryElement(found.sizes(), element);
  }

  /** The elements that a condition in a lambda is about. */
  private record Scope(Array array, int depth) {}

  /** A leaf and the type of what it holds. */
  private record Typed(Leaf leaf, DataType type) {}

  /**
   * An array.
   *
   * @param path of the column that is the array
   * @param within the field of its elements that the expression means, if it means one
   */
  private record Array(List<String> path, List<String> within, DataType elementType) {
    Leaf sizes() {
      return Leaf.sizes(path);
    }

    Leaf element(List<String> field) {
      List<String> all = new ArrayList<>(within);
      all.addAll(field);
      return Leaf.elements(path, all);
    }
  }

  /** What a column or a lambda's variable names: in a lambda only what belongs to the element. */
  private Typed typed(Expression expression, @Nullable Scope scope) {
    if (scope == null) {
      if (expression instanceof Column column && arrayAt(column.path()) < 0) {
        return new Typed(Leaf.values(column.path()), column.type());
      }
      throw new NeedsSparkException();
    }
    List<String> field = new ArrayList<>();
    Expression base = expression;
    DataType type = null;
    while (base instanceof Field inner) {
      field.add(0, inner.name());
      type = type == null ? inner.type() : type;
      base = inner.base();
    }
    if (!(base instanceof LambdaVariable variable) || variable.depth() != scope.depth()) {
      throw new NeedsSparkException();
    }
    DataType found = type == null ? variable.type() : type;
    if (!isStruct(scope.array().elementType(), field)) {
      throw new NeedsSparkException();
    }
    return new Typed(scope.array().element(field), found);
  }

  /** Whether the way to a field leads through structs only. */
  private static boolean isStruct(DataType element, List<String> field) {
    DataType type = element;
    for (String name : field) {
      if (!(type instanceof StructType struct)) {
        return false;
      }
      type = struct.apply(name).dataType();
    }
    return true;
  }

  private Array array(Expression expression, @Nullable Scope scope) {
    if (scope != null
        || !(expression instanceof Column column)
        || !(column.type() instanceof ArrayType type)) {
      throw new NeedsSparkException();
    }
    List<String> path = column.path();
    int at = arrayAt(path);
    int end = at < 0 ? path.size() : at;
    return new Array(path.subList(0, end), path.subList(end, path.size()), type.elementType());
  }

  /** How many names lead to an array whose elements' field the path means; -1 if there is none. */
  private int arrayAt(List<String> path) {
    DataType type = schema;
    for (int i = 0; i < path.size(); i++) {
      if (type instanceof ArrayType) {
        return i;
      }
      if (!(type instanceof StructType struct)) {
        throw new NeedsSparkException();
      }
      type = struct.apply(path.get(i)).dataType();
    }
    return -1;
  }

  private Leaf leafForNull(Expression expression, @Nullable Scope scope) {
    if (scope == null
        && expression instanceof Column column
        && column.type() instanceof ArrayType) {
      return array(expression, null).sizes();
    }
    Typed typed = typed(expression, scope);
    if (!LeafType.isLeaf(typed.type())) {
      throw new NeedsSparkException();
    }
    return typed.leaf();
  }

  private static Bounds required(@Nullable Bounds bounds) {
    if (bounds == null) {
      throw new NeedsSparkException();
    }
    return bounds;
  }

  /** Ends a compilation; never leaves this class. */
  private static final class NeedsSparkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NeedsSparkException() {
      super(null, null, false, false);
    }
  }
}
