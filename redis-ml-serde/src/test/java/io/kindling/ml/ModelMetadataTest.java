package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.ml.format.ModelFormatException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelMetadataTest {

  private static final ModelMetadata METADATA =
      new ModelMetadata(
          60_001,
          List.of("a".repeat(40), "b".repeat(40)),
          2,
          14,
          5,
          3,
          "SUM_DISTRIBUTIONS",
          3_000_000,
          Instant.parse("2026-11-20T10:00:00Z"),
          List.of(
              new ModelMetadata.Golden(
                  "0:1.5,3:nan",
                  Prediction.of(1, new double[] {0.1, 1 / 3.0, 1e-300}, new double[] {0, 0.5, 1}))),
          Map.of("accuracy", 0.83, "rows", 1e6));

  @Test
  void parse_ownJson_givesTheSame() {
    assertThat(ModelMetadata.parse(METADATA.toJson(), "here")).isEqualTo(METADATA);
  }

  @Test
  void toJson_always_hasTheMembersOfTheFormat() {
    assertThat(METADATA.toJson())
        .isEqualTo(
            "{\"kind\":\"forest\",\"format\":1,\"bytes\":60001,\"chunks\":[\""
                + "a".repeat(40)
                + "\",\""
                + "b".repeat(40)
                + "\"],\"trees\":2,\"nodes\":14,\"numFeatures\":5,\"numClasses\":3,"
                + "\"aggregation\":\"SUM_DISTRIBUTIONS\",\"maxNodes\":3000000,"
                + "\"created\":\"2026-11-20T10:00:00Z\",\"golden\":[{\"features\":\"0:1.5,3:nan\","
                + "\"prediction\":\"1.0\",\"raw\":[\"0.1\",\"0.3333333333333333\",\"1.0E-300\"],"
                + "\"probability\":[\"0.0\",\"0.5\",\"1.0\"]}],"
                + "\"metrics\":{\"accuracy\":0.83,\"rows\":1000000.0}}");
  }

  @Test
  void parse_unknownMembers_ignoresThem() {
    String json = METADATA.toJson().replaceFirst("\\{", "{\"schema\":[1,{}],");

    assertThat(ModelMetadata.parse(json, "here")).isEqualTo(METADATA);
  }

  @Test
  void parse_newerFormatOrKind_saysWhatThisBuildReads() {
    assertThatThrownBy(
            () ->
                ModelMetadata.parse(METADATA.toJson().replace("\"format\":1", "\"format\":2"), "x"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            "Cannot read x: kind 'forest' in format 2, this build reads 'forest' in format 1");
    assertThatThrownBy(
            () -> ModelMetadata.parse(METADATA.toJson().replace("\"forest\"", "\"linear\""), "x"))
        .hasMessage(
            "Cannot read x: kind 'linear' in format 1, this build reads 'forest' in format 1");
  }

  @Test
  void parse_anythingElse_isANamedError() {
    String json = METADATA.toJson();
    for (String bad :
        List.of(
            "",
            "null",
            "[]",
            "3",
            "{",
            json.substring(0, json.length() - 1),
            json.replace("\"bytes\":60001", "\"bytes\":\"x\""),
            json.replace("\"bytes\":60001", "\"bytes\":-1"),
            json.replace("\"bytes\":60001", "\"bytes\":120001"),
            json.replace("\"bytes\":60001", "\"bytes\":2147483648"),
            json.replace("\"chunks\":[", "\"chunks\":[null,"),
            json.replace("\"trees\":2", "\"trees\":[]"),
            json.replace("\"golden\":[", "\"golden\":[3,"),
            json.replace("2026-11-20", "yesterday"),
            json.replace("\"nodes\":14,", ""))) {
      assertThatThrownBy(() -> ModelMetadata.parse(bad, "model 'm' v1"))
          .as(bad)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageStartingWith("Cannot read model 'm' v1: it is no metadata of a model: ");
    }
  }
}
