package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.ml.format.ModelFormatException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelMetadataTest {

  private static final ModelMetadata METADATA =
      new ModelMetadata(
          60_001,
          List.of("a".repeat(40), "b".repeat(40)),
          2,
          14,
          3,
          new ModelMetadata.OfForest(5, "SUM_DISTRIBUTIONS"),
          EnumSet.allOf(ModelRuntime.class),
          3_000_000,
          0,
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
            "Cannot read x: kind 'forest' in format 2, this build reads 'forest' and 'pipeline'"
                + " in format 1");
    assertThatThrownBy(
            () -> ModelMetadata.parse(METADATA.toJson().replace("\"forest\"", "\"linear\""), "x"))
        .hasMessage(
            "Cannot read x: kind 'linear' in format 1, this build reads 'forest' and 'pipeline'"
                + " in format 1");
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

  private static ModelMetadata ofPipeline() {
    List<Column> fields =
        List.of(
            Column.of("Sex", Column.Type.TEXT),
            Column.of("Age", Column.Type.DOUBLE),
            Column.vector("seen", 3));
    Map<String, @Nullable Object> row = new HashMap<>();
    row.put("Sex", "male");
    row.put("Age", null);
    row.put("seen", FeatureVector.dense(0, -0.0, 2));
    return new ModelMetadata(
        60_000,
        List.of("c".repeat(40)),
        2,
        14,
        2,
        new ModelMetadata.OfPipeline(fields, List.of("strIdx_1", "rfc_2"), 7_014),
        EnumSet.of(ModelRuntime.JVM),
        0,
        1e-9,
        Instant.parse("2026-11-20T10:00:00Z"),
        List.of(
            new ModelMetadata.Golden(
                row,
                Prediction.of(1, "lived", new double[] {0.5, 1.5}, new double[] {0.25, 0.75}))),
        Map.of());
  }

  @Test
  void toJson_ofAPipeline_hasFieldsStagesAndRuntimes() {
    assertThat(ofPipeline().toJson())
        .isEqualTo(
            "{\"kind\":\"pipeline\",\"format\":1,\"bytes\":60000,\"chunks\":[\""
                + "c".repeat(40)
                + "\"],\"trees\":2,\"nodes\":14,\"numClasses\":2,\"fields\":["
                + "{\"name\":\"Sex\",\"type\":\"text\"},{\"name\":\"Age\",\"type\":\"double\"},"
                + "{\"name\":\"seen\",\"type\":\"vector\",\"size\":3}],"
                + "\"stages\":[\"strIdx_1\",\"rfc_2\"],\"rowCost\":7014,\"runtimes\":[\"jvm\"],"
                + "\"tolerance\":1.0E-9,"
                + "\"created\":\"2026-11-20T10:00:00Z\",\"golden\":[{\"fields\":"
                + "{\"Sex\":\"male\",\"Age\":null,\"seen\":[\"0.0\",\"-0.0\",\"2.0\"]},"
                + "\"prediction\":\"1.0\",\"label\":\"lived\",\"raw\":[\"0.5\",\"1.5\"],"
                + "\"probability\":[\"0.25\",\"0.75\"]}],\"metrics\":{}}");
  }

  @Test
  void parse_ownJsonOfAPipeline_givesTheSame() {
    assertThat(ModelMetadata.parse(ofPipeline().toJson(), "here")).isEqualTo(ofPipeline());
  }

  @Test
  void parse_runtimesOfALaterBuild_ignoresThem() {
    String json = ofPipeline().toJson().replace("[\"jvm\"]", "[\"wasm\",\"jvm\"]");

    assertThat(ModelMetadata.parse(json, "here")).isEqualTo(ofPipeline());
  }

  @Test
  void parse_pipelineWithAnUnknownType_isANamedError() {
    String json = ofPipeline().toJson();
    for (String bad :
        List.of(
            json.replace("\"text\"", "\"decimal\""),
            json.replace("\"size\":3", "\"size\":-3"),
            json.replace("\"fields\":[", "\"columns\":["),
            json.replace("[\"0.0\",", "[\"zero\","))) {
      assertThatThrownBy(() -> ModelMetadata.parse(bad, "model 'm' v1"))
          .as(bad)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageStartingWith("Cannot read model 'm' v1: it is no metadata of a model: ");
    }
  }
}
