package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kindling.ml.format.ModelFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModelCodecTest {

  private static final long SEED = new Random().nextLong();

  private final Random random = new Random(SEED);

  @BeforeAll
  static void printSeed() {
    System.out.println("ModelCodecTest seed " + SEED);
  }

  @Test
  void decode_encodedForest_givesAnEqualForestAndTheSameBytes() {
    for (int i = 0; i < 500; i++) {
      Forest forest = RandomForests.next(random);

      Model decoded = Model.fromBytes(forest.toBytes());

      assertThat(decoded).isEqualTo(forest);
      assertThat(decoded.toBytes()).isEqualTo(forest.toBytes());
    }
  }

  @Test
  void decode_inputCutAtEveryByte_saysHowManyBytesAreMissing() {
    byte[] bytes = RandomForests.next(random, Aggregation.SUM_DISTRIBUTIONS).toBytes();

    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Model.fromBytes(cut))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("Cannot decode model: " + length + " bytes");
    }
  }

  @Test
  void decode_anyBitFlipped_isRefused() {
    byte[] bytes = RandomForests.next(random).toBytes();

    for (int bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> Model.fromBytes(bytes))
          .as("bit %s", bit)
          .isInstanceOf(ModelFormatException.class);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  /** Damage that the checksum does not see, because it was made before the checksum. */
  @Test
  void decode_damagedBodyWithAValidChecksum_givesAModelOrOneClearError() {
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = RandomForests.next(random).toBytes();
      for (int j = 0; j <= random.nextInt(3); j++) {
        bytes[12 + random.nextInt(bytes.length - 16)] = (byte) random.nextInt(256);
      }
      sign(bytes);

      Throwable thrown = catchThrowable(() -> Model.fromBytes(bytes).toBytes());

      if (thrown != null) {
        refused++;
        assertThat(thrown)
            .isInstanceOf(ModelFormatException.class)
            .hasMessageStartingWith("Cannot decode");
      }
    }
    assertThat(refused).isGreaterThan(1_000);
  }

  @Test
  void decode_randomBytesBehindAValidHeader_isRefused() {
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[16 + random.nextInt(200)];
      random.nextBytes(bytes);
      byte[] header = {'K', 'N', 'D', 'L', 1, 1, 0, 0};
      System.arraycopy(header, 0, bytes, 0, header.length);
      sign(bytes);

      assertThatThrownBy(() -> Model.fromBytes(bytes)).isInstanceOf(ModelFormatException.class);
    }
  }

  @Test
  void decode_newerFormat_namesBothVersions() {
    byte[] bytes = RandomForests.next(random).toBytes();
    bytes[4] = 2;

    assertThatThrownBy(() -> Model.fromBytes(bytes))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage("Cannot decode model: format version 2, this build reads 1");
  }

  @Test
  void decode_hugeCountsInAFewBytes_allocatesLittle() {
    byte[] bytes = RandomForests.next(random, Aggregation.SUM_DISTRIBUTIONS).toBytes();
    for (int field = 16; field < 36; field += 4) {
      byte[] huge = bytes.clone();
      ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(field, Integer.MAX_VALUE);
      sign(huge);
      if (field == 16) {
        continue; // numFeatures allocates nothing and may be that large
      }

      long before = allocatedBytes();
      Throwable thrown = catchThrowable(() -> Model.fromBytes(huge));
      long allocated = allocatedBytes() - before;

      assertThat(thrown).as("field at %s", field).isInstanceOf(ModelFormatException.class);
      assertThat(allocated).as("field at %s", field).isLessThan(1 << 20);
    }
  }

  @Test
  void javaSerialisation_ofAForest_roundTrips() throws Exception {
    Forest forest = RandomForests.next(random);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(written)) {
      out.writeObject(forest);
    }

    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(written.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(forest);
    }
  }

  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  /** Corrects length and checksum, so that only the body's own checks are left. */
  private static void sign(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(8, bytes.length - 16);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    buffer.putInt(bytes.length - 4, (int) crc.getValue());
  }
}
