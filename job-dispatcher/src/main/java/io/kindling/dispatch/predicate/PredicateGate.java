package io.kindling.dispatch.predicate;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Lets a predicate's text through as a value, or refuses it. One gate for each dataset and set of
 * column rules; thread-safe. Driver only.
 *
 * <p>The text is never run: it is measured, parsed by Spark's own parser, translated node by node
 * into an {@link Expression}, and forgotten. What docs/predicates.md does not list is refused.
 */
public final class PredicateGate {
  private final StructType schema;
  private final PredicateLimits limits;
  private final ColumnResolver columns;
  private final CatalystParser parser;

  private PredicateGate(Builder builder) {
    this.schema = builder.rules.visible(builder.schema);
    this.limits = builder.limits;
    this.parser = new CatalystParser(builder.session, builder.zone);
    boolean caseSensitive =
        builder.session != null
            && Boolean.parseBoolean(builder.session.conf().get("spark.sql.caseSensitive", "false"));
    this.columns =
        caseSensitive
            ? ColumnResolver.caseSensitive(schema)
            : ColumnResolver.caseInsensitive(schema);
  }

  /** Starts a gate for frames of a schema: default limits, every column, no session. */
  public static Builder builder(StructType schema) {
    return new Builder(schema);
  }

  /** The schema as far as its columns may be named here. */
  public StructType schema() {
    return schema;
  }

  /**
   * Checks a text, without asking Spark's analyzer: that a function takes arguments of the types it
   * is given, for one, shows only in {@link #check(String, Dataset)}. Takes milliseconds, the first
   * call in a JVM seconds.
   *
   * @throws PredicateRefusedException if it is not allowed; nothing else is thrown for any text
   */
  public Predicate check(String text) {
    return translate(text, TextScanner.scan(text, limits));
  }

  /**
   * Checks a text, and that Spark can analyze what it became. No job runs.
   *
   * @param empty a frame without rows that has the dataset's schema, of the gate's session
   * @throws PredicateRefusedException if it is not allowed, with Spark's reason where it is Spark
   *     that refuses it; nothing else is thrown for any text
   */
  public Predicate check(String text, Dataset<Row> empty) {
    List<Token> tokens = TextScanner.scan(text, limits);
    Predicate predicate = translate(text, tokens);
    SparkAnalysis.of(predicate, empty)
        .ifPresent(
            refusal -> {
              throw refused(text, tokens, refusal);
            });
    return predicate;
  }

  private Predicate translate(String text, List<Token> tokens) {
    return Translator.translate(parser.parse(text, tokens), text, tokens, limits, columns);
  }

  private static PredicateRefusedException refused(
      String text, List<Token> tokens, SparkAnalysis.Refusal refusal) {
    int position = refusal.part().position();
    String token =
        tokens.stream()
            .filter(t -> position <= t.end())
            .findFirst()
            .map(t -> text.substring(t.start(), t.end()))
            .orElse("");
    return PredicateRefusedException.because(
        refusal.cause(),
        token,
        position,
        "Spark refuses the condition at position %d: %s"
            .formatted(position, SparkReason.of(refusal.cause())));
  }

  /** Collects what a gate stands on. */
  public static final class Builder {
    private final StructType schema;
    private PredicateLimits limits = PredicateLimits.defaults();
    private ColumnRules rules = ColumnRules.everything();
    private ZoneId zone = ZoneOffset.UTC;
    private @Nullable SparkSession session;

    private Builder(StructType schema) {
      this.schema = Objects.requireNonNull(schema, "schema");
    }

    /** How large a predicate may be; {@link PredicateLimits#defaults} if not called. */
    public Builder limits(PredicateLimits limits) {
      this.limits = Objects.requireNonNull(limits, "limits");
      return this;
    }

    /** Which columns may be named; all of them if not called. */
    public Builder rules(ColumnRules rules) {
      this.rules = Objects.requireNonNull(rules, "rules");
      return this;
    }

    /** Where a timestamp without a zone is; UTC if not called. A session's own zone comes first. */
    public Builder zone(ZoneId zone) {
      this.zone = Objects.requireNonNull(zone, "zone");
      return this;
    }

    /**
     * The session under whose settings a text is read as {@code Dataset.filter(String)} of its
     * frames would read it: time zone, ANSI mode, case of names, quotes. Without one Spark's
     * defaults hold.
     */
    public Builder session(SparkSession session) {
      this.session = Objects.requireNonNull(session, "session");
      return this;
    }

    /** The gate. */
    public PredicateGate build() {
      return new PredicateGate(this);
    }
  }
}
