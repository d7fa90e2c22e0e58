package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A label to its index: one column of Spark's {@code StringIndexerModel}.
 *
 * <p>Spark casts a number to a text and looks that up. Two numbers have different texts, so the
 * labels of a column of numbers stand here as numbers; 0.0 and -0.0 are two, all NaN are one.
 */
public final class StringIndexerStep implements Step {

  private final StepKind kind;
  private final Wiring wiring;
  private final HandleInvalid handleInvalid;

  /** Of a column of texts; else empty. */
  private final List<String> labels;

  /**
   * Of a column of numbers; else empty. A label that no number's text equals is replaced by one.
   */
  private final double[] numbers;

  private final Map<Object, Double> indexOf = new HashMap<>();

  private StringIndexerStep(
      StepKind kind,
      Wiring wiring,
      HandleInvalid handleInvalid,
      List<String> labels,
      double[] numbers) {
    this.kind = kind;
    this.wiring = wiring;
    this.handleInvalid = handleInvalid;
    this.labels = List.copyOf(labels);
    this.numbers = numbers;
    for (int i = 0; i < labels.size(); i++) {
      indexOf.putIfAbsent(labels.get(i), (double) i);
    }
    for (int i = 0; i < numbers.length; i++) {
      indexOf.putIfAbsent(numbers[i], (double) i); // boxed doubles tell 0.0 from -0.0
    }
  }

  /** Of a column of texts. */
  public static StringIndexerStep ofTexts(
      Wiring wiring, List<String> labels, HandleInvalid handleInvalid) {
    return new StringIndexerStep(StepKind.INDEX_TEXT, wiring, handleInvalid, labels, new double[0]);
  }

  /**
   * Of a column of numbers.
   *
   * @param numbers the labels as numbers, taken over
   */
  public static StringIndexerStep ofNumbers(
      Wiring wiring, double[] numbers, HandleInvalid handleInvalid) {
    return new StringIndexerStep(StepKind.INDEX_NUMBER, wiring, handleInvalid, List.of(), numbers);
  }

  static StringIndexerStep decodeText(Wiring wiring, ByteSource source) {
    HandleInvalid handleInvalid = HandleInvalid.decode(source);
    return ofTexts(wiring, source.texts(), handleInvalid);
  }

  static StringIndexerStep decodeNumber(Wiring wiring, ByteSource source) {
    HandleInvalid handleInvalid = HandleInvalid.decode(source);
    return ofNumbers(wiring, source.numbers(), handleInvalid);
  }

  @Override
  public void encode(ByteSink sink) {
    handleInvalid.encode(sink);
    if (kind == StepKind.INDEX_TEXT) {
      sink.texts(labels);
    } else {
      sink.numbers(numbers);
    }
  }

  @Override
  public StepKind kind() {
    return kind;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int in = wiring.in(0);
    int out = wiring.out(0);
    boolean ofTexts = kind == StepKind.INDEX_TEXT;
    return row -> {
      Double index = null;
      if (!row.isNull(in)) {
        index = indexOf.get(ofTexts ? row.text(in) : (Object) row.number(in));
      }
      // na.drop, which skip does first, drops a NaN even if it is a label.
      boolean dropped =
          handleInvalid == HandleInvalid.SKIP
              && (row.isNull(in) || (!ofTexts && Double.isNaN(row.number(in))));
      row.setNumber(out, index == null || dropped ? invalid(row, in) : index);
    };
  }

  private double invalid(Slots row, int in) {
    return switch (handleInvalid) {
      case KEEP -> Math.max(labels.size(), numbers.length);
      case SKIP -> throw new RowSkippedException(this);
      case ERROR ->
          throw RowRefusedException.of(
              this,
              "does not know the label %s; its handleInvalid is error, it knows %d labels",
              row.isNull(in)
                  ? "null"
                  : "'"
                      + RowRefusedException.shown(
                          kind == StepKind.INDEX_TEXT ? row.text(in) : (Object) row.number(in))
                      + "'",
              indexOf.size());
    };
  }
}
