package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.ForestBuilder.Others;
import io.kindling.ml.step.HandleInvalid;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Bytes that were once written stay readable for ever. The files under {@code golden/} are never
 * changed; a new format version adds files.
 */
class GoldenModelsTest {

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void decode_goldenFile_givesTheForestItWasMadeFrom(Aggregation aggregation) throws IOException {
    assertThat(Model.fromBytes(golden(aggregation))).isEqualTo(forest(aggregation));
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void encode_sameForest_givesTheGoldenBytes(Aggregation aggregation) throws IOException {
    assertThat(HexFormat.of().formatHex(forest(aggregation).toBytes()))
        .isEqualTo(HexFormat.of().formatHex(golden(aggregation)));
  }

  @Test
  void goldenPipeline_decodedAndEncoded_isThePipelineItWasMadeFrom() throws IOException {
    Pipeline pipeline = ServedPipelines.fate(HandleInvalid.SKIP);

    assertThat(Model.fromBytes(golden("pipeline"))).isEqualTo(pipeline);
    assertThat(HexFormat.of().formatHex(pipeline.toBytes()))
        .isEqualTo(HexFormat.of().formatHex(golden("pipeline")));
  }

  private static byte[] golden(Aggregation aggregation) throws IOException {
    return golden("forest-" + aggregation.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  private static byte[] golden(String model) throws IOException {
    String name = "/golden/v1-" + model + ".kndl";
    try (InputStream in =
        Objects.requireNonNull(GoldenModelsTest.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    }
  }

  /** One forest an aggregation; together they use every part of the format. */
  private static Forest forest(Aggregation aggregation) {
    return switch (aggregation) {
      case CLASS_COUNTS ->
          Forest.builder(aggregation, 200, 3)
              .thresholds(0.5, 0.0, 2.25)
              .tree()
              .split(130, 0.1)
              .leaf(3, 0, 200)
              .split(4, new int[] {0, 2, 9}, 10, Others.RIGHT)
              .leaf(0, 0, 70_000)
              .leaf(1, 1, 0)
              .build();
      case SUM_DISTRIBUTIONS ->
          Forest.builder(aggregation, 1700, 2)
              .tree()
              .split(12, 3.5)
              .split(12, -0.25)
              .leaf(10.5, 2.25)
              .leaf(0.1, 0.7)
              .leaf(0, 0)
              .tree()
              .leaf(1, 2)
              .build();
      case VOTE ->
          Forest.builder(aggregation, 5, 4)
              .tree()
              .split(0, new int[] {1}, 2, Others.LEFT)
              .leaf(3)
              .split(0, new int[] {1}, 2, Others.RIGHT)
              .leaf(0)
              .leaf(2)
              .tree(0.5)
              .leaf(1)
              .build();
      case MEAN ->
          Forest.builder(aggregation, Integer.MAX_VALUE, 0)
              .tree()
              .split(Integer.MAX_VALUE - 1, 1e-300)
              .leaf(-7.125)
              .leaf(1e300)
              .tree()
              .split(0, 0.0)
              .leaf(4)
              .leaf(-0.0)
              .build();
      case WEIGHTED_SUM ->
          Forest.builder(aggregation, 3, 2)
              .thresholds(0.3, 0.7)
              .tree(1.0)
              .split(2, Math.PI)
              .leaf(0.2)
              .leaf(-0.4)
              .tree(0.1)
              .split(1, 2.0)
              .leaf(0.05)
              .split(1, 4.0)
              .leaf(0.06)
              .leaf(0.07)
              .build();
    };
  }
}
