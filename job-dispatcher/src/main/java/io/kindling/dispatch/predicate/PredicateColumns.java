package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Arithmetic;
import io.kindling.dispatch.predicate.Expression.Call;
import io.kindling.dispatch.predicate.Expression.CaseWhen;
import io.kindling.dispatch.predicate.Expression.Cast;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.jspecify.annotations.Nullable;

/**
 * Gives a checked predicate to Spark, through the API of functions: its text is not used again.
 *
 * <p>Driver only. On Spark 3.5 the ANSI mode is read here, so that the session must be the thread's
 * active one; on Spark 4 it is read when the column is used.
 */
public final class PredicateColumns {
  /** The name under which {@code ~x} is a call. */
  static final String BIT_NOT = "~";

  static final String ILIKE = "ilike";

  private static final boolean TRY_CAST = hasTryCast();

  private PredicateColumns() {}

  /**
   * A column that means in a filter what the predicate's text means in {@code
   * Dataset.filter(String)}.
   */
  public static Column toColumn(Predicate predicate) {
    return toColumn(predicate.condition());
  }

  /** A column of a part of a predicate that stands in no lambda. */
  static Column toColumn(Expression expression) {
    return expression.accept(new Writer());
  }

  /** TRY_CAST stands in the API of functions from Spark 4 on. */
  static boolean canTryCast() {
    return TRY_CAST;
  }

  private static boolean hasTryCast() {
    return Stream.of(Column.class.getMethods()).anyMatch(m -> m.getName().equals("try_cast"));
  }

  private static final class Writer implements Expression.Visitor<Column> {
    /** The element at hand of each lambda, the outermost first. */
    private final List<Column> variables = new ArrayList<>();

    private Column of(Expression expression) {
      return expression.accept(this);
    }

    @Override
    public Column visitAnd(And and) {
      return combined(and.operands(), /* and= */ true);
    }

    @Override
    public Column visitOr(Or or) {
      return combined(or.operands(), /* and= */ false);
    }

    /** A balanced tree, as Spark's parser makes one; evaluated from left to right. */
    private Column combined(List<Expression> operands, boolean and) {
      if (operands.size() == 1) {
        return of(operands.get(0));
      }
      int half = (operands.size() + 1) / 2;
      Column left = combined(operands.subList(0, half), and);
      Column right = combined(operands.subList(half, operands.size()), and);
      return and ? left.and(right) : left.or(right);
    }

    @Override
    public Column visitNot(Not not) {
      return functions.not(of(not.operand()));
    }

    @Override
    public Column visitComparison(Comparison comparison) {
      Column left = of(comparison.left());
      Column right = of(comparison.right());
      return switch (comparison.operator()) {
        case EQUAL -> left.equalTo(right);
        case NULL_SAFE_EQUAL -> left.eqNullSafe(right);
        case LESS -> left.lt(right);
        case LESS_OR_EQUAL -> left.leq(right);
        case GREATER -> left.gt(right);
        case GREATER_OR_EQUAL -> left.geq(right);
      };
    }

    @Override
    public Column visitIn(In in) {
      return of(in.value()).isin(in.options().stream().map(this::of).toArray());
    }

    @Override
    public Column visitLike(Like like) {
      return functions.like(
          of(like.value()),
          functions.lit(like.pattern()),
          functions.lit(String.valueOf(like.escape())));
    }

    @Override
    public Column visitIsNull(IsNull isNull) {
      return of(isNull.value()).isNull();
    }

    /** Only the first name goes through {@code col}, so that none can be taken for a table's. */
    @Override
    public Column visitColumn(Expression.Column column) {
      Column value = functions.col(quoted(column.path().get(0)));
      for (String name : column.path().subList(1, column.path().size())) {
        value = value.getField(name);
      }
      return value;
    }

    private static String quoted(String name) {
      return "`" + name.replace("`", "``") + "`";
    }

    @Override
    public Column visitField(Field field) {
      return of(field.base()).getField(field.name());
    }

    @Override
    public Column visitItem(Item item) {
      return of(item.container()).apply(of(item.key()));
    }

    @Override
    public Column visitLiteral(Literal literal) {
      return lit(literal.value());
    }

    /** Spark takes null, though nothing there says so. */
    @SuppressWarnings("NullAway")
    private static Column lit(@Nullable Object value) {
      return functions.lit(value);
    }

    @Override
    public Column visitCall(Call call) {
      Column[] arguments = call.arguments().stream().map(this::of).toArray(Column[]::new);
      return switch (call.function()) {
        case BIT_NOT -> functions.bitwise_not(arguments[0]);
        case ILIKE -> functions.ilike(arguments[0], arguments[1], arguments[2]);
        default -> functions.call_function(quoted(call.function()), arguments);
      };
    }

    @Override
    public Column visitArithmetic(Arithmetic arithmetic) {
      Column left = of(arithmetic.left());
      Column right = of(arithmetic.right());
      return switch (arithmetic.operator()) {
        case ADD -> left.plus(right);
        case SUBTRACT -> left.minus(right);
        case MULTIPLY -> left.multiply(right);
        case DIVIDE -> left.divide(right);
        case DIVIDE_INTEGRAL -> functions.call_function("`div`", left, right);
        case REMAINDER -> left.mod(right);
        case BIT_AND -> left.bitwiseAND(right);
        case BIT_OR -> left.bitwiseOR(right);
        case BIT_XOR -> left.bitwiseXOR(right);
      };
    }

    @Override
    public Column visitCast(Cast cast) {
      Column value = of(cast.value());
      DataType type = cast.type();
      return cast.failure() == Cast.Failure.IS_NULL ? value.try_cast(type) : value.cast(type);
    }

    @Override
    public Column visitCaseWhen(CaseWhen caseWhen) {
      Column chain = null;
      for (CaseWhen.Branch branch : caseWhen.branches()) {
        Column condition = of(branch.condition());
        Column value = of(branch.value());
        chain = chain == null ? functions.when(condition, value) : chain.when(condition, value);
      }
      Column whole = Objects.requireNonNull(chain);
      return caseWhen.otherwise() == null ? whole : whole.otherwise(of(caseWhen.otherwise()));
    }

    @Override
    public Column visitExists(Exists exists) {
      return functions.exists(of(exists.array()), e -> inLambda(e, exists.condition()));
    }

    @Override
    public Column visitForAll(ForAll forAll) {
      return functions.forall(of(forAll.array()), e -> inLambda(e, forAll.condition()));
    }

    private Column inLambda(Column element, Expression condition) {
      variables.add(element);
      Column column = of(condition);
      variables.remove(variables.size() - 1);
      return column;
    }

    @Override
    public Column visitLambdaVariable(LambdaVariable variable) {
      return variables.get(variable.depth());
    }
  }
}
