package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.FuzzTarget;
import io.kindling.ml.format.ModelFormatException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a factor model's buckets hold. The first byte is the rank, less 1; the rest gives a record
 * that is written again byte for byte and whose states are read, or the one exception.
 */
final class FactorRecordFuzz implements FuzzTarget {

  @Override
  public @Nullable String accept(byte[] input) {
    if (input.length == 0) {
      return null;
    }
    int k = 1 + (input[0] & 0x7f);
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    FactorRecord record;
    try {
      record = FactorRecord.decode(bytes, k);
    } catch (ModelFormatException e) {
      assertThat(e.getMessage()).startsWith("Cannot decode").doesNotContain("\n");
      return null;
    }
    assertThat(record.encode()).isEqualTo(bytes);
    check(record.current(), k);
    byte[] previous = record.previous();
    if (previous != null) {
      check(previous, k);
    }
    return null;
  }

  private static void check(byte[] state, int k) {
    assertThat(FactorRecord.encodeState(FactorRecord.decodeState(state, k))).isEqualTo(state);
  }

  @Override
  public Collection<byte[]> seeds() {
    return List.of(
        seed(2, new FactorRecord(300, state(0.5f, 1, -2), state(0.25f, 0.5f, 3))),
        seed(1, new FactorRecord(0, state(-1, 7), null)),
        seed(1, new FactorRecord(FactorRecord.MAX_SEQUENCE, state(0, 1), state(1, 0))));
  }

  private static byte[] state(float bias, float... vector) {
    Factors factors = new Factors(vector);
    factors.bias = bias;
    factors.count = 200;
    return FactorRecord.encodeState(factors);
  }

  private static byte[] seed(int k, FactorRecord record) {
    byte[] bytes = record.encode();
    byte[] seed = new byte[1 + bytes.length];
    seed[0] = (byte) (k - 1);
    System.arraycopy(bytes, 0, seed, 1, bytes.length);
    return seed;
  }
}
