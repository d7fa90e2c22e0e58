package io.kindling.dispatch.predicate;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.antlr.v4.runtime.atn.ATN;
import org.antlr.v4.runtime.atn.ParserATNSimulator;
import org.antlr.v4.runtime.atn.PredictionContextCache;
import org.antlr.v4.runtime.dfa.DFA;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser;
import org.apache.spark.sql.catalyst.parser.SqlBaseParser;
import org.jspecify.annotations.Nullable;
import scala.Function1;

/**
 * Spark's parser with a bounded memory. ANTLR remembers in tables how it decided on every text, in
 * states of some 7 KB that are never dropped (SPARK-47404): 3,000 texts that are made for it fill 4
 * GB. Here the tables are the parser's own, and begin anew once they are large; Spark's stay as
 * they are. Thread-safe.
 */
final class BoundedSqlParser extends CatalystSqlParser {
  private final int maxStates;
  private volatile @Nullable Tables tables;

  /**
   * A parser.
   *
   * @param maxStates after how many states the tables begin anew; one text adds up to 10,000
   */
  BoundedSqlParser(int maxStates) {
    this.maxStates = maxStates;
  }

  @Override
  public <T> T parse(String text, Function1<SqlBaseParser, T> toResult) {
    return super.parse(
        text,
        parser -> {
          useTables(parser);
          try {
            return toResult.apply(parser);
          } finally {
            if (states() > maxStates) {
              tables = null;
            }
          }
        });
  }

  /** Called before the first decision, and again if Spark goes over the text a second time. */
  private void useTables(SqlBaseParser parser) {
    Tables present = tables;
    if (present == null) {
      present = new Tables(parser.getATN());
      tables = present; // Of two threads that come here at once one fills its own, and drops it.
    }
    var simulator =
        new ParserATNSimulator(parser, parser.getATN(), present.decisions, present.contexts);
    simulator.setPredictionMode(parser.getInterpreter().getPredictionMode());
    parser.setInterpreter(simulator);
  }

  /** How many states the tables hold. */
  int states() {
    Tables present = tables;
    return present == null
        ? 0
        : Stream.of(present.decisions).mapToInt(decision -> decision.states.size()).sum();
  }

  /** What ANTLR remembers. It shares them among threads. */
  private static final class Tables {
    private final DFA[] decisions;
    private final PredictionContextCache contexts = new PredictionContextCache();

    Tables(ATN atn) {
      decisions =
          IntStream.range(0, atn.getNumberOfDecisions())
              .mapToObj(i -> new DFA(atn.getDecisionState(i), i))
              .toArray(DFA[]::new);
    }
  }
}
