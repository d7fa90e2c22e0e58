package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.ml.format.ModelFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FactorRecordTest {

  private static byte[] golden() throws IOException {
    String name = "/golden/v1-factor-record.bin";
    try (InputStream in =
        Objects.requireNonNull(FactorRecordTest.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    }
  }

  private static Factors factors(float bias, int count, float... vector) {
    Factors factors = new Factors(vector);
    factors.bias = bias;
    factors.count = count;
    return factors;
  }

  @Test
  void decode_goldenBytes_givesBothStates() throws IOException {
    FactorRecord record = FactorRecord.decode(golden(), 2);

    assertThat(record.sequence()).isEqualTo(300);
    Factors current = FactorRecord.decodeState(record.current(), 2);
    assertThat(current.bias).isEqualTo(0.5f);
    assertThat(current.count).isEqualTo(200);
    assertThat(current.vector).containsExactly(1f, -2f);
    Factors previous = FactorRecord.decodeState(Objects.requireNonNull(record.previous()), 2);
    assertThat(previous.bias).isEqualTo(0.25f);
    assertThat(previous.count).isEqualTo(199);
    assertThat(previous.vector).containsExactly(0.5f, 3f);
  }

  @Test
  void encode_sameStates_givesTheGoldenBytes() throws IOException {
    FactorRecord record =
        new FactorRecord(
            300,
            FactorRecord.encodeState(factors(0.5f, 200, 1, -2)),
            FactorRecord.encodeState(factors(0.25f, 199, 0.5f, 3)));

    assertThat(HexFormat.of().formatHex(record.encode()))
        .isEqualTo(HexFormat.of().formatHex(golden()));
  }

  @Test
  void before_batchOfTheRecord_isThePreviousStateElseTheCurrent() {
    byte[] older = FactorRecord.encodeState(factors(0, 1, 1));
    byte[] newer = FactorRecord.encodeState(factors(0, 2, 2));

    FactorRecord record = new FactorRecord(7, newer, older);

    assertThat(record.before(7)).isSameAs(older);
    assertThat(record.before(8)).isSameAs(newer);
    assertThat(new FactorRecord(7, newer, null).before(7)).isNull();
  }

  @Test
  void decode_truncatedOrExtended_isRefused() throws IOException {
    byte[] golden = golden();

    for (int length = 0; length < golden.length; length++) {
      byte[] cut = Arrays.copyOf(golden, length);
      assertThatThrownBy(() -> FactorRecord.decode(cut, 2))
          .isInstanceOf(ModelFormatException.class);
    }
    assertThatThrownBy(() -> FactorRecord.decode(Arrays.copyOf(golden, golden.length + 1), 2))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("1 bytes are left over");
    assertThatThrownBy(() -> FactorRecord.decode(golden, 3))
        .isInstanceOf(ModelFormatException.class);
  }

  @Test
  void decode_numberThatIsNotFinite_isRefused() {
    byte[] bytes =
        new FactorRecord(1, FactorRecord.encodeState(factors(0, 1, Float.NaN)), null).encode();

    assertThatThrownBy(() -> FactorRecord.decode(bytes, 1))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("a factor is NaN, allowed are finite numbers");
  }

  @Test
  void decode_anyBytes_givesARecordOrOneException() {
    long seed = System.nanoTime();
    System.out.println("FactorRecordTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      try {
        FactorRecord record = FactorRecord.decode(bytes, 1 + random.nextInt(3));
        assertThat(record.encode()).isEqualTo(bytes);
      } catch (ModelFormatException e) {
        assertThat(e).hasMessageStartingWith("Cannot decode");
      }
    }
  }
}
