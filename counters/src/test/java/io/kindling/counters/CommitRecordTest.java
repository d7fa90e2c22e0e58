package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes of docs/format/counters-v1.md: golden, and total against damage. */
class CommitRecordTest {
  private static final NameDictionary NAMES = names(Kind.SUM, "a", "bb", "c", "d");
  private static final TaskIdentity TASK =
      new TaskIdentity(3, 1, 300, "app-1".hashCode(), 0x89abcdef);

  private static NameDictionary names(Kind kind, String... names) {
    ByteWriter out = new ByteWriter();
    for (String name : names) {
      out.writeByte(kind.code);
      out.writeName(name);
    }
    return NameDictionary.parse(out.toByteArray());
  }

  private static CommitRecord plain() {
    CounterVector vector = TestTask.vector("a", 1, "bb", -2, "d", Long.MAX_VALUE, "ü", 300);
    vector.put(Kind.MINIMUM, "low", Long.MIN_VALUE);
    vector.put(Kind.MAXIMUM, "zero", 0);
    return new CommitRecord(TASK, vector);
  }

  private static CommitRecord staged() {
    return new CommitRecord(TASK, new StagedVector(100, 99_999, 42, -1));
  }

  private static byte[] golden(String file) throws IOException {
    try (InputStream in = CommitRecordTest.class.getResourceAsStream(file)) {
      assertThat(in).as(file).isNotNull();
      String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
  }

  private static void assertSame(CommitRecord actual, CommitRecord expected) {
    assertThat(actual.task()).isEqualTo(expected.task());
    assertThat(actual.counts().sameAs(expected.counts())).isTrue();
    assertThat(actual.counts().size()).isEqualTo(expected.counts().size());
  }

  @Test
  void encode_plainRecord_equalsTheGoldenFile() throws IOException {
    byte[] golden = golden("record-plain-v1.hex");

    assertThat(HexFormat.of().formatHex(plain().encode(NAMES)))
        .isEqualTo(HexFormat.of().formatHex(golden));
    assertSame(CommitRecord.decode(golden, NAMES), plain());
  }

  @Test
  void encode_stagedRecord_equalsTheGoldenFile() throws IOException {
    byte[] golden = golden("record-staged-v1.hex");

    assertThat(HexFormat.of().formatHex(staged().encode(NAMES)))
        .isEqualTo(HexFormat.of().formatHex(golden));
    assertThat(CommitRecord.decode(golden, NAMES)).isEqualTo(staged());
  }

  @Test
  void encode_chunkAndDictionary_equalTheGoldenFiles() throws IOException {
    byte[] chunk = golden("chunk-v1.hex");
    String longName = "n".repeat(40);
    CounterVector vector = TestTask.vector("a", 1, longName, Long.MIN_VALUE);

    assertThat(HexFormat.of().formatHex(ChunkCodec.encode(vector).list().get(0)))
        .isEqualTo(HexFormat.of().formatHex(chunk));
    CounterVector decoded = new CounterVector();
    ChunkCodec.decode(chunk, decoded);
    assertThat(decoded.sameAs(vector)).isTrue();
    assertThat(NAMES.bytes()).isEqualTo(golden("dictionary-v1.hex"));
  }

  @Test
  void digest_ofAVector_isTheSpecifiedOneInAnyOrder() {
    assertThat(TestTask.vector("a", 1, "bb", -2).digest())
        .isEqualTo(TestTask.vector("bb", -2, "a", 1).digest())
        .isEqualTo(0x095b2022e29ce48cL);
    assertThat(TestTask.vector("a", 1, "bb", -2).digest())
        .isNotEqualTo(TestTask.vector("a", -2, "bb", 1).digest());
  }

  @Test
  void decode_withAGrownDictionary_isTheSame() {
    NameDictionary grown = names(Kind.SUM, "a", "bb", "c", "d", "e");

    assertSame(CommitRecord.decode(plain().encode(NAMES), grown), plain());
  }

  @Test
  void decode_truncatedAtEveryByte_failsClearly() {
    for (CommitRecord record : new CommitRecord[] {plain(), staged()}) {
      byte[] bytes = record.encode(NAMES);
      for (int length = 0; length < bytes.length; length++) {
        byte[] truncated = Arrays.copyOf(bytes, length);
        assertThatExceptionOfType(RecordFormatException.class)
            .as("%d of %d bytes", length, bytes.length)
            .isThrownBy(() -> CommitRecord.decode(truncated, NAMES))
            .withMessageStartingWith("Cannot read what stands in Redis (" + length + " bytes): ");
      }
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      assertThatExceptionOfType(RecordFormatException.class)
          .isThrownBy(() -> CommitRecord.decode(longer, NAMES))
          .withMessageEndingWith("1 bytes too many");
    }
  }

  @Test
  void decode_everyFlippedBit_givesARecordOrFailsClearly() {
    for (CommitRecord record : new CommitRecord[] {plain(), staged()}) {
      byte[] bytes = record.encode(NAMES);
      for (int bit = 0; bit < bytes.length * 8; bit++) {
        byte[] damaged = bytes.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        decodeAnything(damaged);
      }
    }
  }

  @Test
  void decode_randomBytes_giveARecordOrFailClearly() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[0] = 1;
      }
      decodeAnything(bytes);
    }
  }

  /** Whatever it decodes, it decodes to the same again. */
  private static void decodeAnything(byte[] bytes) {
    decodeOrFail(
        () -> {
          CommitRecord record = CommitRecord.decode(bytes, NAMES);
          assertSame(CommitRecord.decode(record.encode(NAMES), NAMES), record);
        });
    decodeOrFail(() -> ChunkCodec.decode(bytes, new CounterVector()));
    decodeOrFail(() -> assertThat(NameDictionary.parse(bytes).bytes()).isEqualTo(bytes));
  }

  private static void decodeOrFail(Runnable decode) {
    try {
      decode.run();
    } catch (RecordFormatException e) {
      // Not by AssertJ, which takes long for an exception.
      if (!String.valueOf(e.getMessage()).startsWith("Cannot read what stands in Redis (")) {
        throw e;
      }
    }
  }

  @Test
  void decode_higherFormat_namesIt() {
    byte[] bytes = plain().encode(NAMES);
    bytes[0] = 2;

    assertThatExceptionOfType(RecordFormatException.class)
        .isThrownBy(() -> CommitRecord.decode(bytes, NAMES))
        .withMessageEndingWith("format 2, this build reads 1");
  }

  @Test
  void decode_hugeLengths_allocateNothing() {
    for (String tail :
        new String[] {"ffffffff07", "01" + "00" + "ffffffff07", "00" + "ffffffff07"}) {
      byte[] bytes =
          HexFormat.of()
              .parseHex("01" + "00" + "00" + "00" + "00000000" + "00".repeat(4) + "00" + tail);
      assertThatExceptionOfType(RecordFormatException.class)
          .isThrownBy(() -> CommitRecord.decode(bytes, NAMES));
    }
  }

  @Test
  void encode_twentyCounters_isSmall() {
    String[] names = new String[20];
    CounterVector vector = new CounterVector();
    for (int i = 0; i < names.length; i++) {
      names[i] = "counter-" + i;
      vector.put(Kind.SUM, names[i], 1_000 + i);
    }
    TaskIdentity task = new TaskIdentity(50, 0, 100_000, 7, 8);

    byte[] bytes = new CommitRecord(task, vector).encode(names(Kind.SUM, names));

    assertThat(bytes).hasSize(16 + 3 + 40);
  }

  @Test
  void increments_between_coverTheWholeRange() {
    assertThat(Increments.between(Map.of("a", Long.MIN_VALUE), Map.of("a", Long.MAX_VALUE)))
        .containsExactly("a", "9223372036854775807", "a", "9223372036854775807", "a", "1");
    assertThat(Increments.between(Map.of("a", Long.MAX_VALUE), Map.of("a", Long.MIN_VALUE)))
        .containsExactly("a", "-9223372036854775808", "a", "-9223372036854775807");
    assertThat(Increments.between(Map.of("a", 5L), Map.of("a", 5L, "b", -1L)))
        .containsExactly("b", "-1");
    assertThat(Increments.removing(TestTask.vector("a", Long.MIN_VALUE)))
        .containsExactly("a", "9223372036854775807", "a", "1");
  }
}
