package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** Which Spark stage a step comes from, which slots it reads and which it fills. Immutable. */
public final class Wiring {

  private final String stage;
  private final int[] in;
  private final int[] out;

  /**
   * Takes over the arrays.
   *
   * @param stage uid of the Spark stage, such as {@code imputer_4f2a}
   */
  public Wiring(String stage, int[] in, int[] out) {
    this.stage = stage;
    this.in = in;
    this.out = out;
  }

  /** The uid of the Spark stage. */
  public String stage() {
    return stage;
  }

  /** How many slots it reads. */
  public int numIn() {
    return in.length;
  }

  /** How many slots it fills. */
  public int numOut() {
    return out.length;
  }

  /** A slot that it reads. */
  public int in(int i) {
    return in[i];
  }

  /** A slot that it fills. */
  public int out(int i) {
    return out[i];
  }

  /** Writes it. */
  public void encode(ByteSink sink) {
    sink.text(stage);
    encode(in, sink);
    encode(out, sink);
  }

  private static void encode(int[] slots, ByteSink sink) {
    sink.varint(slots.length);
    for (int slot : slots) {
      sink.varint(slot);
    }
  }

  /** Reads one whose slots are all below a bound. */
  public static Wiring decode(ByteSource source, int numSlots) {
    return new Wiring(source.text(), slots(source, numSlots), slots(source, numSlots));
  }

  private static int[] slots(ByteSource source, int numSlots) {
    int[] slots = new int[source.countOf("slots", 1)];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = source.smallVarint("slot");
      if (slots[i] >= numSlots) {
        throw source.error("slot " + slots[i] + ", allowed are those below " + numSlots);
      }
    }
    return slots;
  }
}
