package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.ml.format.ModelFormatException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FactorMetadataTest {

  private static final FactorMetadata METADATA =
      new FactorMetadata(
          16,
          64,
          -7,
          Map.of("rank", "16"),
          Instant.parse("2026-11-20T10:00:00.123Z"),
          Map.of("ndcg", 0.07));

  /** What was once written stays readable. */
  private static final String GOLDEN =
      "10ab0886 {\"kind\":\"factors\",\"format\":1,\"k\":16,\"buckets\":64,\"seed\":\"-7\",\"settings\":{\"rank\":\"16\"},\"created\":\"2026-11-20T10:00:00.123Z\",\"metrics\":{\"ndcg\":0.07}}";

  @Test
  void toText_metadata_isTheDocumentedJsonBehindItsChecksum() {
    assertThat(METADATA.toText()).isEqualTo(GOLDEN);
    assertThat(FactorMetadata.parse(GOLDEN, "here")).isEqualTo(METADATA);
  }

  @Test
  void parse_changedByOneCharacter_namesBothChecksums() {
    String text = METADATA.toText().replace("\"k\":16", "\"k\":17");

    assertThatThrownBy(() -> FactorMetadata.parse(text, "factors 'f' v1"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("Cannot read factors 'f' v1: the checksum of its metadata is")
        .hasMessageEndingWith("the metadata says " + text.substring(0, 8));
    assertThatThrownBy(() -> FactorMetadata.parse("", "it"))
        .isInstanceOf(ModelFormatException.class);
  }

  @Test
  void make_rankOrBucketsOutOfRange_isRefused() {
    assertThatThrownBy(() -> new FactorMetadata(0, 64, 1, Map.of(), Instant.EPOCH, Map.of()))
        .hasMessage("Cannot make factors with k 0, allowed is 1 to 4096");
    assertThatThrownBy(() -> new FactorMetadata(1, 16_385, 1, Map.of(), Instant.EPOCH, Map.of()))
        .hasMessage("Cannot make factors with buckets 16385, allowed is 1 to 16384");
  }

  /** Computed by hand from the page of the format: the bucket of an id never changes. */
  @Test
  void bucket_someIds_areThoseOfMurmursLastStep() {
    assertThat(FactorMetadata.mix(0)).isZero();
    assertThat(FactorMetadata.mix(1)).isEqualTo(0x514e28b7);
    assertThat(METADATA.bucket(1)).isEqualTo(0x37);
    for (int id : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 12345}) {
      assertThat(METADATA.bucket(id)).isBetween(0, 63);
    }
  }

  @Test
  void progress_afterABatch_countsOnAndMarksItsBuckets() {
    FactorProgress before = FactorProgress.none(3, 0.1, 2);

    FactorProgress after =
        before.after(new FactorBatch("q", 17, 0.2, 1, -5, Set.of(1), Set.of(0, 2)));

    assertThat(after.sequence()).isEqualTo(1);
    assertThat(after.batch()).isEqualTo(17);
    assertThat(after.newest()).isEqualTo(-5);
    assertThat(after.ratingSum()).isEqualTo(0.1 + 0.2);
    assertThat(after.globalMean()).isEqualTo((0.1 + 0.2) / 3);
    assertThat(after.users()).containsExactly(0L, 1L, 0L);
    assertThat(after.items()).containsExactly(1L, 0L, 1L);
    assertThat(FactorProgress.parse(after.toJson(), 3, "it")).isEqualTo(after);
    assertThat(before.globalMean()).isEqualTo(0.05);
    assertThat(FactorProgress.none(1, 0, 0).globalMean()).isZero();
  }

  @Test
  void progress_damaged_isRefused() {
    String json = FactorProgress.none(3, 0, 0).toJson();

    for (String bad : List.of("", "[]", "{}", json.replace("\"0.0\"", "\"x\""))) {
      assertThatThrownBy(() -> FactorProgress.parse(bad, 3, "factors 'f' v1"))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageStartingWith("Cannot read the state of factors 'f' v1: it is no state");
    }
    assertThatThrownBy(() -> FactorProgress.parse(json, 4, "it"))
        .hasMessageEndingWith("it has 3 and 3 buckets");
  }
}
