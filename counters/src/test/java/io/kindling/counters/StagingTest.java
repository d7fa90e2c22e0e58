package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What fold.lua takes for granted of the chunks that are written here. */
class StagingTest {

  @Test
  void foldScript_fullChunk_isOfTheSizeThatIsWritten() throws IOException {
    try (InputStream script = Staging.class.getResourceAsStream("fold.lua")) {
      assertThat(new String(script.readAllBytes(), StandardCharsets.UTF_8))
          .contains("local FULL = " + Staging.MAX_FIELDS + "\n");
    }
  }

  @Test
  void encode_severalKinds_sumsComeFirstInFullChunks() {
    CounterVector vector = new CounterVector();
    for (int i = 0; i < 2_500; i++) {
      vector.put(Kind.MAXIMUM, "largest " + i, i);
      vector.put(Kind.SUM, "sum " + i, i + 1); // A sum of 0 is left out.
    }

    List<byte[]> chunks = ChunkCodec.encode(vector).list();

    assertThat(chunks).hasSize(6);
    int[] sizes = {1_000, 1_000, 500, 1_000, 1_000, 500};
    for (int i = 0; i < sizes.length; i++) {
      CounterVector chunk = new CounterVector();
      ChunkCodec.decode(chunks.get(i), chunk);
      int size = chunk.values(i < 3 ? Kind.SUM : Kind.MAXIMUM).size();
      assertThat(size).as("chunk %d", i).isEqualTo(sizes[i]);
    }
  }
}
