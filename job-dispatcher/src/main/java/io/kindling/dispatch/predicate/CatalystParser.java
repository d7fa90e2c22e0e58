package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.SyntaxNode.Other;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.catalyst.trees.Origin;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/*
 * With its parser the one class that knows Catalyst, which is no public API of Spark's and changes from version to
 * version.
 *
 * 1. CatalystSqlParser, and not the session's own parser: it does not substitute ${...}, knows no session
 *    variables or extensions, and gives an unresolved tree. Its tables are bounded.
 * 2. It runs on a thread that nothing else uses, whose stack is large enough for all that passes the limits; what
 *    overflows it nevertheless is refused and harms nobody. The session is set active on that thread, because
 *    the parser asks it for the ANSI mode, the time zone and the like.
 * 3. Nodes are read by the simple name of their class and as scala.Product, so that a class that moves or gains
 *    a field does not break the jar. What is not known by name is refused by the translator.
 * 4. A BETWEEN or a CASE with a value shares a subtree with itself on Spark 3.5, so that nesting doubles what
 *    is walked: the number of nodes is bounded here again.
 */

/** Spark's parser, its result turned into {@link SyntaxNode}s. Thread-safe. */
final class CatalystParser {
  private static final long STACK_BYTES = 8L << 20;

  /**
   * What takes longest of the texts that are known builds tables of ANTLR's that later ones find
   * built: 2 s, once. This is for what is not known.
   */
  private static final long PATIENCE_SECONDS = 60;

  /** One for each text that is being parsed; one that has nothing to do ends after a minute. */
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          work -> {
            var thread = new Thread(null, work, "kindling-gate", STACK_BYTES);
            thread.setDaemon(true);
            return thread;
          });

  /** Some 70 MB of tables, more than a thousand predicates of different shapes make. */
  private static final BoundedSqlParser PARSER = new BoundedSqlParser(10_000);

  private static final int MAX_NODES = 50_000;
  private static final String TIME_ZONE = "spark.sql.session.timeZone";

  private final @Nullable SparkSession session;
  private final ZoneId zone;

  /** A parser under a session's settings, or under Spark's defaults and a zone. */
  CatalystParser(@Nullable SparkSession session, ZoneId zone) {
    this.session = session;
    this.zone = zone;
  }

  /**
   * Parses one expression.
   *
   * @throws PredicateRefusedException if it is none
   */
  SyntaxNode parse(String text, List<Token> tokens) {
    try {
      return join(THREADS.submit(() -> parseHere(text)));
    } catch (ExecutionException e) {
      throw refused(e.getCause(), new Position(text, tokens));
    } catch (TimeoutException e) {
      throw new Position(text, tokens).refused("Spark's parser takes too long for it");
    }
  }

  private SyntaxNode parseHere(String text) throws Exception {
    try {
      if (session == null) {
        SparkSession.clearActiveSession();
        // Without a session this is the thread's own.
        SQLConf.get().setConfString(TIME_ZONE, zone.getId());
      } else {
        SparkSession.setActiveSession(session);
      }
      return new Tree(text).read(PARSER.parseExpression(text), 0);
    } finally {
      SparkSession.clearActiveSession(); // The thread may outlive the session.
    }
  }

  /** Waits on if interrupted: the task is short, and its thread cannot be stopped. */
  private static SyntaxNode join(Future<SyntaxNode> task)
      throws ExecutionException, TimeoutException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static PredicateRefusedException refused(@Nullable Throwable cause, Position position) {
    if (cause instanceof TooLargeException) {
      return position.refused("it is too large once BETWEEN and CASE are spelled out");
    }
    if (cause instanceof StackOverflowError) {
      return position.refused("it is nested too deep to be parsed");
    }
    if (cause instanceof Error error) {
      throw error;
    }
    Token token = position.of(cause instanceof ParseException e ? e.start() : null);
    String reason = SparkReason.of(cause);
    String part = position.text.substring(token.start(), token.end());
    if (reason.startsWith("Syntax error")) {
      String where = part.isEmpty() ? "it ends too early" : PredicateRefusedException.shown(part);
      reason = "syntax error at position %d: %s".formatted(token.start() + 1, where);
    } else {
      reason = "at position %d: %s".formatted(token.start() + 1, reason);
    }
    return PredicateRefusedException.because(cause, part, token.start() + 1, reason);
  }

  /** Where Spark says that something is. It counts code points, and from 1 the lines. */
  private record Position(String text, List<Token> tokens) {
    /** The token there; an empty one at the end of the text. */
    Token of(@Nullable Origin origin) {
      int index = origin == null ? 0 : index(origin);
      for (Token token : tokens) {
        if (index < token.end()) {
          return token;
        }
      }
      return new Token(Token.Kind.SIGN, text.length(), text.length());
    }

    PredicateRefusedException refused(String reason) {
      Token first = of(null);
      String part = text.substring(first.start(), first.end());
      return PredicateRefusedException.because(null, part, first.start() + 1, reason);
    }

    private int index(Origin origin) {
      int line = number(origin.line(), 1);
      int lineStart = 0;
      for (int i = 1; i < line; i++) {
        lineStart = text.indexOf('\n', lineStart) + 1;
      }
      return chars(text, lineStart, number(origin.startPosition(), 0));
    }
  }

  private static int number(scala.Option<Object> option, int otherwise) {
    return option.isDefined() ? (Integer) option.get() : otherwise;
  }

  private static int chars(String text, int from, int codePoints) {
    int left = text.codePointCount(from, text.length());
    return text.offsetByCodePoints(from, Math.max(0, Math.min(codePoints, left)));
  }

  /** The tree has more nodes than are walked. */
  private static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** The walk over one tree. */
  private static final class Tree {
    /** The index of each code point, and the end. */
    private final int[] indexes;

    private int nodes;

    Tree(String text) {
      indexes = new int[text.codePointCount(0, text.length()) + 1];
      for (int i = 1; i < indexes.length; i++) {
        indexes[i] = text.offsetByCodePoints(indexes[i - 1], 1);
      }
    }

    private int index(int codePoint) {
      return indexes[Math.max(0, Math.min(codePoint, indexes.length - 1))];
    }

    SyntaxNode read(Expression expression, int parentStart) {
      if (++nodes > MAX_NODES) {
        throw new TooLargeException();
      }
      Origin origin = expression.origin();
      int start = index(number(origin.startIndex(), 0));
      int end = Math.max(start, index(number(origin.stopIndex(), -1) + 1));
      var fields = (scala.Product) expression;
      String kind = expression.getClass().getSimpleName();
      if (kind.equals("Literal")) {
        var type = (DataType) fields.productElement(1);
        // Spark has one object for true, which remembers where it was written for the first time.
        boolean shared = type.equals(DataTypes.BooleanType);
        List<@Nullable Object> parts = Arrays.asList(literal(fields.productElement(0), type), type);
        return new SyntaxNode(
            kind, shared ? parentStart : start, shared ? parentStart : end, parts);
      }
      var parts = new ArrayList<@Nullable Object>();
      for (int i = 0; i < fields.productArity(); i++) {
        parts.add(field(fields.productElement(i), start));
      }
      return new SyntaxNode(kind, start, end, parts);
    }

    private @Nullable Object field(@Nullable Object field, int start) {
      if (field instanceof Expression expression) {
        return read(expression, start);
      }
      if (field == null
          || field instanceof DataType
          || field instanceof String
          || field instanceof Boolean
          || field instanceof Character
          || field instanceof Number) {
        return field;
      }
      if (field instanceof UTF8String) {
        return field.toString();
      }
      if (field instanceof scala.Option<?> option) {
        return option.isDefined() ? field(option.get(), start) : null;
      }
      if (field instanceof scala.Tuple2<?, ?> pair) {
        return Arrays.asList(field(pair._1(), start), field(pair._2(), start));
      }
      if (field instanceof scala.collection.Seq<?> seq) {
        var list = new ArrayList<@Nullable Object>();
        for (int i = 0; i < seq.length(); i++) {
          list.add(field(seq.apply(i), start));
        }
        return list;
      }
      boolean named = field instanceof scala.Enumeration.Value;
      return new Other(named ? field.toString() : field.getClass().getSimpleName());
    }

    private static @Nullable Object literal(@Nullable Object value, DataType type) {
      if (value instanceof UTF8String) {
        return value.toString();
      }
      if (value instanceof Decimal decimal) {
        BigDecimal number = decimal.toJavaBigDecimal();
        return number;
      }
      if (value instanceof Integer days && type.equals(DataTypes.DateType)) {
        return LocalDate.ofEpochDay(days);
      }
      if (value instanceof Long micros && type.equals(DataTypes.TimestampType)) {
        return instant(micros);
      }
      if (value instanceof Long micros && type.equals(DataTypes.TimestampNTZType)) {
        return LocalDateTime.ofInstant(instant(micros), ZoneOffset.UTC);
      }
      boolean plain =
          value == null
              || type.equals(DataTypes.BooleanType)
              || type.equals(DataTypes.ByteType)
              || type.equals(DataTypes.ShortType)
              || type.equals(DataTypes.IntegerType)
              || type.equals(DataTypes.LongType)
              || type.equals(DataTypes.FloatType)
              || type.equals(DataTypes.DoubleType);
      return plain ? value : new Other(type.sql());
    }

    private static Instant instant(long micros) {
      return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
  }
}
