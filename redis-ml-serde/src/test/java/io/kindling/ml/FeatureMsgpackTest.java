package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

class FeatureMsgpackTest {

  private static final long SEED = new Random().nextLong();
  private static final double[] EDGES = {
    0.0,
    -0.0,
    1,
    -1,
    127,
    128,
    -32,
    -33,
    255,
    256,
    65536,
    0.5,
    0.1,
    -0.1,
    1e300,
    Double.MIN_VALUE,
    Float.MAX_VALUE,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY
  };

  private final Random random = new Random(SEED);

  @BeforeAll
  static void printSeed() {
    System.out.println("FeatureMsgpackTest seed " + SEED);
  }

  @Test
  void encode_denseRow_isAnArrayOfAllItsValues() throws IOException {
    for (int length : new int[] {0, 1, 15, 16, 1000, 65_535, 65_536}) {
      FeatureVector row = FeatureVector.dense(random.doubles(length).map(this::anyValue).toArray());

      MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(FeatureMsgpack.encode(row));

      assertThat(unpacker.unpackArrayHeader()).isEqualTo(length);
      for (int i = 0; i < length; i++) {
        assertSame(number(unpacker), row.value(i));
      }
      assertThat(unpacker.hasNext()).isFalse();
    }
  }

  @Test
  void encode_sparseRow_isAMapOfIndexToValue() throws IOException {
    for (int length : new int[] {0, 1, 15, 16, 1000, 65_536}) {
      int[] indices = indices(length);
      double[] values = random.doubles(length).map(this::anyValue).toArray();

      MessageUnpacker unpacker =
          MessagePack.newDefaultUnpacker(
              FeatureMsgpack.encode(FeatureVector.sparse(indices, values)));

      assertThat(unpacker.unpackMapHeader()).isEqualTo(length);
      for (int i = 0; i < length; i++) {
        assertThat(unpacker.unpackInt()).isEqualTo(indices[i]);
        assertSame(number(unpacker), values[i]);
      }
      assertThat(unpacker.hasNext()).isFalse();
    }
  }

  @Test
  void encode_smallIntegersAndFloats_takeFewBytes() {
    assertThat(FeatureMsgpack.encode(FeatureVector.dense(1, 0.5, 0.1))).hasSize(1 + 1 + 5 + 9);
    assertThat(FeatureMsgpack.encode(FeatureVector.sparse(new int[] {200}, new double[] {1})))
        .hasSize(1 + 2 + 1);
  }

  private static double number(MessageUnpacker unpacker) throws IOException {
    return unpacker.getNextFormat().getValueType().isIntegerType()
        ? unpacker.unpackInt()
        : unpacker.unpackDouble();
  }

  /** -0.0 is not 0.0, NaN is NaN. */
  private static void assertSame(double actual, double expected) {
    assertThat(actual).isEqualTo(Double.valueOf(expected));
  }

  private double anyValue(double ignored) {
    return random.nextBoolean() ? EDGES[random.nextInt(EDGES.length)] : random.nextGaussian();
  }

  /** Ascending, with steps that reach every width of an index. */
  private int[] indices(int length) {
    int[] indices = IntStream.range(0, length).toArray();
    for (int i = 0, gap = 0; i < length; i++) {
      gap += random.nextInt(200);
      indices[i] += gap;
    }
    return indices;
  }
}
