package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Columns by the hashes of their names and values: Spark's {@code FeatureHasher}. */
public final class FeatureHasherStep implements Step {

  private final Wiring wiring;
  private final int numFeatures;
  private final List<Input> inputs;

  /** How a column is hashed. */
  public enum Hashed {
    /** By its name, with the number as the value. */
    AS_NUMBER,
    /** By its name and the text. */
    AS_TEXT,
    /** By its name and {@code true} or {@code false}. */
    AS_BOOLEAN,
    /** By its name and the whole number. */
    AS_INTEGER,
    /** By its name and the number as a float is written. */
    AS_FLOAT,
    /** By its name and the number as a double is written. */
    AS_DOUBLE
  }

  /** A column. */
  public record Input(String name, Hashed hashed) {}

  /** Of these columns into so many places. */
  public FeatureHasherStep(Wiring wiring, int numFeatures, List<Input> inputs) {
    this.wiring = wiring;
    this.numFeatures = numFeatures;
    this.inputs = List.copyOf(inputs);
  }

  static FeatureHasherStep decode(Wiring wiring, ByteSource source) {
    int numFeatures = source.smallVarint("number of features");
    if (numFeatures < 1) {
      throw source.error("the number of features is 0, allowed is 1 or more");
    }
    Input[] inputs = new Input[wiring.numIn()];
    for (int i = 0; i < inputs.length; i++) {
      String name = source.text();
      int code = source.u8();
      if (code >= Hashed.values().length) {
        throw source.error("hashing of kind " + code + " is unknown to this build");
      }
      inputs[i] = new Input(name, Hashed.values()[code]);
    }
    return new FeatureHasherStep(wiring, numFeatures, List.of(inputs));
  }

  @Override
  @SuppressWarnings("EnumOrdinal") // the order is that of docs/format/model-v1.md
  public void encode(ByteSink sink) {
    sink.varint(numFeatures);
    for (Input input : inputs) {
      sink.text(input.name());
      sink.u8(input.hashed().ordinal());
    }
  }

  @Override
  public StepKind kind() {
    return StepKind.HASH_FEATURES;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public boolean reads(int i, SlotType type) {
    return type == (inputs.get(i).hashed() == Hashed.AS_TEXT ? SlotType.TEXT : SlotType.NUMBER);
  }

  @Override
  public Runner runner() {
    return row -> {
      Map<Integer, Double> sums = new TreeMap<>();
      for (int i = 0; i < inputs.size(); i++) {
        int in = wiring.in(i);
        if (!row.isNull(in)) {
          Input input = inputs.get(i);
          boolean isNumber = input.hashed() == Hashed.AS_NUMBER;
          String hashed = isNumber ? input.name() : input.name() + "=" + text(row, in, input);
          sums.merge(
              Murmur3.STANDARD.index(hashed, numFeatures),
              isNumber ? row.number(in) : 1.0,
              Double::sum);
        }
      }
      VectorValue features = row.fillVector(wiring.out(0));
      features.startSparse(numFeatures);
      sums.forEach(features::append);
    };
  }

  private static String text(Slots row, int in, Input input) {
    return switch (input.hashed()) {
      case AS_TEXT -> row.text(in);
      case AS_BOOLEAN -> String.valueOf(row.number(in) != 0.0);
      case AS_INTEGER -> String.valueOf((long) row.number(in));
      case AS_FLOAT -> String.valueOf((float) row.number(in));
      default -> String.valueOf(row.number(in));
    };
  }
}
