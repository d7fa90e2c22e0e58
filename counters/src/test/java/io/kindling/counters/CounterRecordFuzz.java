package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.FuzzTarget;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run's keys hold: names, commit records, chunks of large vectors. The first byte tells
 * which; whatever follows gives a value that is written again as it was read, or the one exception.
 */
final class CounterRecordFuzz implements FuzzTarget {
  private static final NameDictionary NAMES = names("a", "bb", "c", "d");

  private static NameDictionary names(String... names) {
    var out = new ByteWriter();
    for (String name : names) {
      out.writeByte(Kind.SUM.code);
      out.writeName(name);
    }
    return NameDictionary.parse(out.toByteArray());
  }

  @Override
  public @Nullable String accept(byte[] input) {
    if (input.length == 0) {
      return null;
    }
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    try {
      switch (input[0]) {
        case 'n' -> assertThat(NameDictionary.parse(bytes).size()).isNotNegative();
        case 'c' -> checkChunk(bytes);
        default -> checkRecord(bytes);
      }
    } catch (RecordFormatException e) {
      assertThat(e.getMessage())
          .startsWith("Cannot read what stands in Redis (")
          .doesNotContain("\n")
          .hasSizeLessThan(300);
    }
    return null;
  }

  private static void checkRecord(byte[] bytes) {
    CommitRecord record = CommitRecord.decode(bytes, NAMES);
    CommitRecord again = CommitRecord.decode(record.encode(NAMES), NAMES);
    assertThat(again.task()).isEqualTo(record.task());
    assertThat(again.counts().sameAs(record.counts())).isTrue();
  }

  private static void checkChunk(byte[] bytes) {
    var vector = new CounterVector();
    ChunkCodec.decode(bytes, vector);
    var again = new CounterVector();
    ChunkCodec.encode(vector).list().forEach(chunk -> ChunkCodec.decode(chunk, again));
    assertThat(again.size()).isEqualTo(vector.size());
    assertThat(again.sameAs(vector)).isTrue();
  }

  @Override
  public Collection<byte[]> seeds() {
    TaskIdentity task = new TaskIdentity(3, 1, 300, 42, 0x89abcdef);
    CounterVector vector = TestTask.vector("a", 1, "bb", -2, "d", Long.MAX_VALUE, "ü", 300);
    vector.put(Kind.MINIMUM, "low", Long.MIN_VALUE);
    vector.put(Kind.MAXIMUM, "zero", 0);
    var chunk = ChunkCodec.encode(TestTask.vector("a", 1, "n".repeat(40), -7)).list().get(0);
    var names = new ByteWriter();
    names.writeByte(Kind.MINIMUM.code);
    names.writeName("low");
    return List.of(
        seed('r', new CommitRecord(task, vector).encode(NAMES)),
        seed('r', new CommitRecord(task, new StagedVector(100, 99_999, 42, -1)).encode(NAMES)),
        seed('c', chunk),
        seed('n', names.toByteArray()));
  }

  private static byte[] seed(char kind, byte[] bytes) {
    var out = new ByteWriter();
    out.writeByte(kind);
    out.writeBytes(bytes);
    return out.toByteArray();
  }
}
