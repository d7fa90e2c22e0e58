package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Words without those of a list: one column of Spark's {@code StopWordsRemover}. */
public final class StopWordsRemoverStep implements Step {

  private final Wiring wiring;
  private final List<String> stopWords;
  private final boolean caseSensitive;
  private final String locale;

  /**
   * Leaves out stop words.
   *
   * @param locale as Spark has it, such as {@code en_US}; of no effect if case matters
   */
  public StopWordsRemoverStep(
      Wiring wiring, List<String> stopWords, boolean caseSensitive, String locale) {
    this.wiring = wiring;
    this.stopWords = List.copyOf(stopWords);
    this.caseSensitive = caseSensitive;
    this.locale = locale;
  }

  static StopWordsRemoverStep decode(Wiring wiring, ByteSource source) {
    List<String> stopWords = source.texts();
    boolean caseSensitive = Flags.decode(source);
    return new StopWordsRemoverStep(wiring, stopWords, caseSensitive, source.text());
  }

  @Override
  public void encode(ByteSink sink) {
    sink.texts(stopWords);
    Flags.encode(caseSensitive, sink);
    sink.text(locale);
  }

  @Override
  public StepKind kind() {
    return StepKind.REMOVE_STOP_WORDS;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    // As Spark does: all of "en_US" as the language, not language and country.
    Locale spoken = new Locale(locale);
    Set<String> left = new HashSet<>();
    for (String word : stopWords) {
      left.add(compared(word, spoken));
    }
    return row -> {
      List<String> kept = new ArrayList<>();
      for (String word : StepInput.texts(this, row)) {
        if (!left.contains(compared(word, spoken))) {
          kept.add(word);
        }
      }
      row.setTexts(wiring.out(0), kept.toArray(new String[0]));
    };
  }

  private String compared(String word, Locale spoken) {
    return caseSensitive ? word : word.toLowerCase(spoken);
  }
}
