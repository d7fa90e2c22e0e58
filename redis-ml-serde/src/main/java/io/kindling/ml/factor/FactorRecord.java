package io.kindling.ml.factor;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import io.kindling.ml.format.ModelFormatException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What Redis keeps of an id, as {@code docs/format/factors-v1.md} lays it down: its state after the
 * last batch that moved it, and its state before that. Immutable as long as nobody changes the
 * arrays, which are shared.
 */
final class FactorRecord {

  /** The highest number of a batch: a whole number in Lua and in JSON readers. */
  static final long MAX_SEQUENCE = (1L << 53) - 1;

  private final long sequence;
  private final byte[] current;
  private final byte @Nullable [] previous;

  /**
   * A record.
   *
   * @param sequence of the batch that wrote it
   * @param current encoded by {@link #encodeState}
   * @param previous the same; null if the id was not there
   */
  FactorRecord(long sequence, byte[] current, byte @Nullable [] previous) {
    this.sequence = sequence;
    this.current = current;
    this.previous = previous;
  }

  long sequence() {
    return sequence;
  }

  byte[] current() {
    return current;
  }

  byte @Nullable [] previous() {
    return previous;
  }

  /** The state that a batch learns from; null if the id is not there before it. */
  byte @Nullable [] before(long batch) {
    return sequence == batch ? previous : current;
  }

  byte[] encode() {
    ByteSink sink = new ByteSink();
    sink.varint(sequence);
    sink.bytes(current);
    sink.u8(previous == null ? 0 : 1);
    if (previous != null) {
      sink.bytes(previous);
    }
    return sink.toByteArray();
  }

  /**
   * Reads a record.
   *
   * @param k length of a vector
   * @throws ModelFormatException if these bytes are none
   */
  static FactorRecord decode(byte[] bytes, int k) {
    ByteSource source = new ByteSource(bytes, 0, bytes.length);
    long sequence = source.varint();
    if (sequence > MAX_SEQUENCE) {
      throw source.error("sequence " + sequence + ", allowed is at most " + MAX_SEQUENCE);
    }
    byte[] current = state(source, bytes, k);
    int flag = source.u8();
    if (flag > 1) {
      throw source.error("flag " + flag + ", allowed are 0 and 1");
    }
    byte[] previous = flag == 1 ? state(source, bytes, k) : null;
    source.checkEnd();
    return new FactorRecord(sequence, current, previous);
  }

  /** Passes a state by, checked, and gives its bytes. */
  private static byte[] state(ByteSource source, byte[] bytes, int k) {
    int start = bytes.length - source.remaining();
    finite(source);
    source.smallVarint("count");
    for (int i = 0; i < k; i++) {
      finite(source);
    }
    return Arrays.copyOfRange(bytes, start, bytes.length - source.remaining());
  }

  private static float finite(ByteSource source) {
    float value = source.f32();
    if (!Float.isFinite(value)) {
      throw source.error("a factor is " + value + ", allowed are finite numbers");
    }
    return value;
  }

  /** The bytes of a state. */
  static byte[] encodeState(Factors factors) {
    ByteSink sink = new ByteSink();
    encodeState(factors, sink);
    return sink.toByteArray();
  }

  private static void encodeState(Factors factors, ByteSink sink) {
    sink.f32(factors.bias);
    sink.varint(factors.count);
    for (float value : factors.vector) {
      sink.f32(value);
    }
  }

  /** What {@link #encodeState} wrote. */
  static Factors decodeState(byte[] state, int k) {
    ByteSource source = new ByteSource(state, 0, state.length);
    Factors factors = new Factors(new float[k]);
    factors.bias = finite(source);
    factors.count = source.smallVarint("count");
    for (int i = 0; i < k; i++) {
      factors.vector[i] = finite(source);
    }
    source.checkEnd();
    return factors;
  }
}
