package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A text to its words: Spark's {@code Tokenizer} and {@code RegexTokenizer}. */
public final class TokenizerStep implements Step {

  private final Wiring wiring;
  private final Rule rule;
  private final Pattern pattern;

  /**
   * Where words begin and end.
   *
   * @param pattern a regular expression
   * @param gaps whether it matches what stands between words, else the words
   * @param locale an IETF language tag in whose way the text is put in lower case; empty if it is
   *     taken as it is
   * @param minLength words with fewer {@code char}s are left out
   */
  public record Rule(String pattern, boolean gaps, String locale, int minLength) {

    /** Whether the text is put in lower case. */
    boolean lowers() {
      return !locale.isEmpty();
    }
  }

  /**
   * Splits by a rule.
   *
   * @throws PatternSyntaxException if its pattern is none
   */
  public TokenizerStep(Wiring wiring, Rule rule) {
    this.wiring = wiring;
    this.rule = rule;
    this.pattern = Pattern.compile(rule.pattern());
  }

  static TokenizerStep decode(Wiring wiring, ByteSource source) {
    String pattern = source.text();
    boolean gaps = Flags.decode(source);
    Rule rule = new Rule(pattern, gaps, source.text(), source.smallVarint("length of a word"));
    try {
      return new TokenizerStep(wiring, rule);
    } catch (PatternSyntaxException e) {
      throw source.error("'" + pattern + "' is no regular expression");
    }
  }

  @Override
  public void encode(ByteSink sink) {
    sink.text(rule.pattern());
    Flags.encode(rule.gaps(), sink);
    sink.text(rule.locale());
    sink.varint(rule.minLength());
  }

  @Override
  public StepKind kind() {
    return StepKind.TOKENIZE;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    Locale locale = Locale.forLanguageTag(rule.locale());
    return row -> {
      String text = StepInput.text(this, row);
      List<String> words = new ArrayList<>();
      for (String word : words(rule.lowers() ? text.toLowerCase(locale) : text)) {
        if (word.length() >= rule.minLength()) {
          words.add(word);
        }
      }
      row.setTexts(wiring.out(0), words.toArray(new String[0]));
    };
  }

  private List<String> words(String text) {
    if (rule.gaps()) {
      return List.of(pattern.split(text, 0));
    }
    List<String> words = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }
}
