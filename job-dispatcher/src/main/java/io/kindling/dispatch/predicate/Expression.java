package io.kindling.dispatch.predicate;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * What a predicate is made of: values only, with nothing of Spark's parser in them. All are
 * immutable. A condition's truth is three-valued, as in SQL.
 *
 * <p>Records are equal when their positions are too; {@link #canonical} compares meaning.
 */
public sealed interface Expression {
  /** Where it begins in the text: the 1-based index of a {@code char}. */
  int position();

  /** The expressions that it is directly made of, in the order of the text. */
  List<Expression> children();

  /** Calls the method of its kind. */
  <R> R accept(Visitor<R> visitor);

  /**
   * A text that is equal for expressions of equal meaning: up to spaces, case of names and
   * keywords, spelling of literals, names of lambda variables, the order of AND, OR and IN, and the
   * side on which a literal is compared. It is never parsed again.
   */
  default String canonical() {
    return Canonical.of(this);
  }

  /**
   * Three-valued AND of at least two conditions. None of them is an AND itself.
   *
   * @param operands in the order of the text, which is the order in which Spark evaluates them
   */
  record And(List<Expression> operands, int position) implements Expression {
    public And {
      operands = several(operands);
    }

    @Override
    public List<Expression> children() {
      return operands;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitAnd(this);
    }
  }

  /**
   * Three-valued OR of at least two conditions. None of them is an OR itself.
   *
   * @param operands in the order of the text, which is the order in which Spark evaluates them
   */
  record Or(List<Expression> operands, int position) implements Expression {
    public Or {
      operands = several(operands);
    }

    @Override
    public List<Expression> children() {
      return operands;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitOr(this);
    }
  }

  /** Three-valued NOT. {@code <>}, NOT IN, NOT LIKE and IS NOT NULL are a NOT of the other. */
  record Not(Expression operand, int position) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(operand);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitNot(this);
    }
  }

  /** Two values compared. {@code BETWEEN} is an AND of two of these. */
  record Comparison(Comparison.Operator operator, Expression left, Expression right, int position)
      implements Expression {
    /** How two values are compared. */
    public enum Operator {
      /** {@code =} */
      EQUAL("="),
      /** {@code <=>}: never null; null equals null. */
      NULL_SAFE_EQUAL("<=>"),
      /** {@code <} */
      LESS("<"),
      /** {@code <=} */
      LESS_OR_EQUAL("<="),
      /** {@code >} */
      GREATER(">"),
      /** {@code >=} */
      GREATER_OR_EQUAL(">=");

      private final String symbol;

      Operator(String symbol) {
        this.symbol = symbol;
      }

      /** As it is written. */
      public String symbol() {
        return symbol;
      }

      /** The operator that says the same when left and right change places. */
      public Operator flipped() {
        return switch (this) {
          case EQUAL, NULL_SAFE_EQUAL -> this;
          case LESS -> GREATER;
          case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
          case GREATER -> LESS;
          case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
        };
      }

      /**
       * The operator whose result is NOT of this one's, null included; null for the two equalities,
       * which have none. Spark orders NaN above all other values, so that it holds for NaN too.
       */
      public @Nullable Operator negated() {
        return switch (this) {
          case EQUAL, NULL_SAFE_EQUAL -> null;
          case LESS -> GREATER_OR_EQUAL;
          case LESS_OR_EQUAL -> GREATER;
          case GREATER -> LESS_OR_EQUAL;
          case GREATER_OR_EQUAL -> LESS;
        };
      }
    }

    @Override
    public List<Expression> children() {
      return List.of(left, right);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitComparison(this);
    }
  }

  /** {@code value IN (options)}, at least one option. */
  record In(Expression value, List<Expression> options, int position) implements Expression {
    public In {
      options = List.copyOf(options);
    }

    @Override
    public List<Expression> children() {
      return Stream.concat(Stream.of(value), options.stream()).toList();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitIn(this);
    }
  }

  /**
   * {@code value LIKE pattern}; LIKE ANY and LIKE ALL are an OR or AND of these.
   *
   * @param pattern {@code %} stands for any text, {@code _} for one character
   * @param escape before {@code %}, {@code _} or itself makes that a plain character; the pattern
   *     holds it nowhere else
   */
  record Like(Expression value, String pattern, char escape, int position) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(value);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitLike(this);
    }
  }

  /** {@code value IS NULL}; never null. */
  record IsNull(Expression value, int position) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(value);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitIsNull(this);
    }
  }

  /**
   * A column or a nested field of one. Where the path leads through an array of structs its value
   * is the array of the field's values, as in Spark.
   *
   * @param path the names as the schema spells them, from the top
   * @param type of the value
   */
  record Column(List<String> path, DataType type, int position) implements Expression {
    public Column {
      path = List.copyOf(path);
    }

    @Override
    public List<Expression> children() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitColumn(this);
    }
  }

  /**
   * A field of something that is not a column itself: of a lambda's variable or of an item.
   *
   * @param name as the schema spells it
   * @param type of the value; an array if the base is an array of structs
   */
  record Field(Expression base, String name, DataType type, int position) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(base);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitField(this);
    }
  }

  /**
   * {@code container[key]}: an element of an array, counted from 0, or a value of a map.
   *
   * @param type of the value
   */
  record Item(Expression container, Expression key, DataType type, int position)
      implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(container, key);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitItem(this);
    }
  }

  /**
   * A constant.
   *
   * @param value a Boolean, Byte, Short, Integer, Long, Float, Double, BigDecimal, String,
   *     LocalDate (DATE), Instant (TIMESTAMP) or LocalDateTime (TIMESTAMP_NTZ); null if the type is
   *     NullType
   * @param type as Spark types the literal
   */
  record Literal(@Nullable Object value, DataType type, int position) implements Expression {
    private static final Set<Class<?>> CLASSES =
        Set.of(
            Boolean.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigDecimal.class,
            String.class,
            LocalDate.class,
            Instant.class,
            LocalDateTime.class);

    public Literal {
      if (value == null ? !type.equals(DataTypes.NullType) : !CLASSES.contains(value.getClass())) {
        throw new IllegalArgumentException(
            "Cannot take %s as a literal of type %s"
                .formatted(value == null ? null : value.getClass().getName(), type.sql()));
      }
    }

    @Override
    public List<Expression> children() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitLiteral(this);
    }
  }

  /**
   * A function of the allow-list.
   *
   * @param function its name in lower case
   */
  record Call(String function, List<Expression> arguments, int position) implements Expression {
    public Call {
      arguments = List.copyOf(arguments);
    }

    @Override
    public List<Expression> children() {
      return arguments;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitCall(this);
    }
  }

  /** Two numbers calculated with. */
  record Arithmetic(Arithmetic.Operator operator, Expression left, Expression right, int position)
      implements Expression {
    /** What is calculated. */
    public enum Operator {
      /** {@code +} */
      ADD("+"),
      /** {@code -} */
      SUBTRACT("-"),
      /** {@code *} */
      MULTIPLY("*"),
      /** {@code /}: never integral. */
      DIVIDE("/"),
      /** {@code div}: a bigint. */
      DIVIDE_INTEGRAL("div"),
      /** {@code %} */
      REMAINDER("%"),
      /** {@code &} */
      BIT_AND("&"),
      /** {@code |} */
      BIT_OR("|"),
      /** {@code ^} */
      BIT_XOR("^");

      private final String symbol;

      Operator(String symbol) {
        this.symbol = symbol;
      }

      /** As it is written. */
      public String symbol() {
        return symbol;
      }
    }

    @Override
    public List<Expression> children() {
      return List.of(left, right);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitArithmetic(this);
    }
  }

  /** {@code CAST(value AS type)} or {@code TRY_CAST(value AS type)}. */
  record Cast(Expression value, DataType type, Failure failure, int position)
      implements Expression {
    /** What becomes of a value that cannot be cast. */
    public enum Failure {
      /** CAST: null, or an error in ANSI mode. */
      AS_SESSION,
      /** TRY_CAST: null. */
      IS_NULL
    }

    @Override
    public List<Expression> children() {
      return List.of(value);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitCast(this);
    }
  }

  /**
   * {@code CASE WHEN ... THEN ... ELSE ... END}; a CASE with a value compares it in each condition.
   *
   * @param otherwise null if there is no ELSE
   */
  record CaseWhen(List<Branch> branches, @Nullable Expression otherwise, int position)
      implements Expression {
    public CaseWhen {
      branches = List.copyOf(branches);
    }

    /** {@code WHEN condition THEN value}. */
    public record Branch(Expression condition, Expression value) {}

    @Override
    public List<Expression> children() {
      var children = new ArrayList<Expression>();
      for (Branch branch : branches) {
        children.add(branch.condition());
        children.add(branch.value());
      }
      if (otherwise != null) {
        children.add(otherwise);
      }
      return List.copyOf(children);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitCaseWhen(this);
    }
  }

  /** {@code exists(array, variable -> condition)}. */
  record Exists(Expression array, LambdaVariable variable, Expression condition, int position)
      implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(array, condition);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitExists(this);
    }
  }

  /** {@code forall(array, variable -> condition)}. */
  record ForAll(Expression array, LambdaVariable variable, Expression condition, int position)
      implements Expression {
    @Override
    public List<Expression> children() {
      return List.of(array, condition);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitForAll(this);
    }
  }

  /**
   * An element of the array that an enclosing exists or forall walks.
   *
   * @param name as the text spells it
   * @param depth how many lambdas enclose the one that declares it: 0 for the outermost
   * @param type of an element
   */
  record LambdaVariable(String name, int depth, DataType type, int position) implements Expression {
    @Override
    public List<Expression> children() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.visitLambdaVariable(this);
    }
  }

  private static List<Expression> several(List<Expression> operands) {
    if (operands.size() < 2) {
      throw new IllegalArgumentException(
          "Cannot combine %d conditions: there must be at least 2".formatted(operands.size()));
    }
    return List.copyOf(operands);
  }

  /**
   * One method for each kind, so that a new kind is a compile error where it is not handled.
   *
   * @param <R> what each method gives
   */
  interface Visitor<R> {
    /** For an AND. */
    R visitAnd(And and);

    /** For an OR. */
    R visitOr(Or or);

    /** For a NOT. */
    R visitNot(Not not);

    /** For a comparison. */
    R visitComparison(Comparison comparison);

    /** For an IN. */
    R visitIn(In in);

    /** For a LIKE. */
    R visitLike(Like like);

    /** For an IS NULL. */
    R visitIsNull(IsNull isNull);

    /** For a column. */
    R visitColumn(Column column);

    /** For a field of an item or a lambda's variable. */
    R visitField(Field field);

    /** For an element of an array or a value of a map. */
    R visitItem(Item item);

    /** For a constant. */
    R visitLiteral(Literal literal);

    /** For a function. */
    R visitCall(Call call);

    /** For a calculation. */
    R visitArithmetic(Arithmetic arithmetic);

    /** For a cast. */
    R visitCast(Cast cast);

    /** For a CASE. */
    R visitCaseWhen(CaseWhen caseWhen);

    /** For an exists. */
    R visitExists(Exists exists);

    /** For a forall. */
    R visitForAll(ForAll forAll);

    /** For a lambda's variable. */
    R visitLambdaVariable(LambdaVariable variable);
  }
}
