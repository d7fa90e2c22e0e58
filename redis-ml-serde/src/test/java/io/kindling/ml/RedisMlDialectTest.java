package io.kindling.ml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.KindlingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RedisMlDialectTest {

  private final RedisMlEmulator server = new RedisMlEmulator();

  @Test
  void load_overALongerForest_leavesNoStaleTree() {
    Forest one = Forest.builder(Aggregation.VOTE, 1, 3).tree().leaf(2).build();
    ForestBuilder three = Forest.builder(Aggregation.VOTE, 1, 3);
    three.tree().leaf(0).tree().leaf(0).tree().leaf(0);
    RedisMlDialect.predictions().export(three.build(), "f").load(server::text);

    RedisMlDialect.predictions().export(one, "f").load(server::text);

    assertThat(server.text(List.of("ML.FOREST.RUN", "f", "_:0"))).isEqualTo("2");
  }

  @Test
  void load_aProbeGetsAnotherReply_keepsWhatStoodThereAndCleansUp() {
    Forest forest = Forest.builder(Aggregation.VOTE, 1, 3).tree().leaf(2).build();
    RedisMlExport export = RedisMlDialect.predictions().export(forest, "f");
    String loading = export.loadCommands().get(0).get(1);
    server.text(List.of("SET", "f", "before"));

    assertThatThrownBy(
            () ->
                export.load(command -> command.get(0).endsWith("RUN") ? "1" : server.text(command)))
        .isInstanceOf(KindlingException.class)
        .hasMessage(
            "Cannot load forest into Redis-ML: ML.FOREST.RUN of '%s' was answered '1', expected is"
                + " 2.0",
            loading);

    assertThat(server.text(List.of("EXISTS", loading))).isEqualTo("0");
    assertThat(server.text(List.of("EXISTS", "f"))).isEqualTo("1");
  }

  @Test
  void load_aTreeIsRefused_saysWhatWasAnswered() {
    Forest forest = Forest.builder(Aggregation.MEAN, 1, 0).tree().leaf(1).build();
    RedisMlExport export = RedisMlDialect.predictions().export(forest, "f");

    assertThatThrownBy(
            () -> export.load(command -> command.get(0).endsWith("ADD") ? "ERR Generic" : "0"))
        .isInstanceOf(KindlingException.class)
        .hasMessageContaining("ML.FOREST.ADD of '{f}:loading:")
        .hasMessageContaining("was answered 'ERR Generic', expected is OK");
  }

  @Test
  void keys_ofAnExport_lieInOneSlot() {
    Forest forest = leafForest(Aggregation.CLASS_COUNTS, 2);

    assertThat(RedisMlDialect.predictions().export(forest, "films").keys())
        .containsExactly("films");
    assertThat(RedisMlDialect.probabilities().export(forest, "films").keys())
        .containsExactly("{films}:0", "{films}:1");
    assertThat(RedisMlDialect.probabilities().export(forest, "{a}:films").keys())
        .containsExactly("{a}:films:0", "{a}:films:1");
    assertThat(RedisMlDialect.probabilities().export(forest, "films").publishCommands())
        .allSatisfy(command -> assertThat(command.get(1)).startsWith(command.get(2) + ":loading:"));
    assertThat(RedisMlDialect.predictions().export(forest, "films").publishCommands().get(0).get(1))
        .startsWith("{films}:loading:");
  }

  @Test
  void features_idsPastTheFastOnes_areCountedFromOne() {
    Forest wide =
        Forest.builder(Aggregation.MEAN, 5_000, 0)
            .tree()
            .split(4_000, 0.5)
            .split(4_000, 0.25)
            .leaf(0)
            .leaf(1)
            .split(4_999, new int[] {0, 2}, 3, ForestBuilder.Others.LEFT)
            .leaf(2)
            .leaf(3)
            .build();
    RedisMlExport export = RedisMlDialect.predictions().export(wide, "f");

    assertThat(export.features(sparse(4_000, 0.3))).isEqualTo("_:0,1:0.3");
    assertThat(export.features(sparse(4_999, 1))).isEqualTo("_:0,2:1.0");
    assertThat(export.features(sparse(4_999, 7))).isEqualTo("_:0");
    assertThat(export.features(sparse(3, 1))).isEqualTo("_:0");
  }

  @Test
  void features_rowThatDoesNotFit_isRefused() {
    Forest forest = Forest.builder(Aggregation.MEAN, 3, 0).tree().leaf(1).build();
    RedisMlExport export = RedisMlDialect.predictions().export(forest, "f");

    assertThatThrownBy(() -> export.features(FeatureVector.dense(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot score forest: dense row of 2 values, allowed is numFeatures 3");
    assertThatThrownBy(() -> export.runCommands(sparse(3, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot score forest: index 3, allowed are 0 to 2");
  }

  @Test
  void answer_replyOfAnotherForest_isRefused() {
    Forest forest = Forest.builder(Aggregation.VOTE, 1, 3).tree().leaf(2).build();
    RedisMlExport export = RedisMlDialect.predictions().export(forest, "f");

    for (String reply : List.of("3", "-1", "-nan", "", "OK")) {
      assertThatThrownBy(() -> export.answer(List.of(reply)))
          .isInstanceOf(KindlingException.class)
          .hasMessageContaining("Cannot read the reply '" + reply + "' of Redis-ML for 'f'")
          .hasMessageContaining("allowed are numbers from 0 to 2");
    }
    assertThatThrownBy(() -> export.answer(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot read 0 replies, allowed are 1, one for each of runCommands");
  }

  @Test
  void export_treeDeeperThanTheModuleReadsBack_isRefusedUnlessNonPersistent() {
    Forest deep = deep(9);

    assertThatThrownBy(() -> RedisMlDialect.predictions().export(deep, "f"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot export forest to Redis-ML as 'f': tree 0 is 9 splits deep, allowed are 8: a"
                + " deeper one crashes the server at its next start"
                + " (RedisMlDialect.nonPersistent() accepts that)");

    RedisMlExport export = RedisMlDialect.predictions().nonPersistent().export(deep, "f");
    export.load(server::text);
    assertThat(
            export
                .answer(List.of(server.text(export.runCommands(FeatureVector.dense(100)).get(0))))
                .prediction())
        .isEqualTo(1);
    assertThatThrownBy(server::restart).hasMessageContaining("over 8 splits deep");
    RedisMlDialect.predictions().export(deep(8), "f").load(server::text);
    server.restart();
  }

  @Test
  void export_whatTheModuleCannotHold_isRefused() {
    assertRefused(
        RedisMlDialect.predictions(),
        leafForest(Aggregation.SUM_DISTRIBUTIONS, 128),
        "128 classes, allowed are 127");
    assertRefused(
        RedisMlDialect.probabilities(),
        leafForest(Aggregation.SUM_DISTRIBUTIONS, 129),
        "129 classes, allowed are 128");
    assertRefused(
        RedisMlDialect.predictions(),
        leafForest(Aggregation.CLASS_COUNTS, 129),
        "129 classes, allowed are 128");
    assertRefused(
        RedisMlDialect.probabilities(),
        Forest.builder(Aggregation.VOTE, 1, 2).tree().leaf(1).build(),
        "VOTE gives no probabilities");
    assertRefused(
        RedisMlDialect.probabilities(),
        Forest.builder(Aggregation.MEAN, 1, 0).tree().leaf(1).build(),
        "MEAN gives no probabilities");
    assertRefused(
        RedisMlDialect.predictions(),
        Forest.builder(Aggregation.VOTE, 1, 2).tree(0.5).leaf(1).build(),
        "tree 0 votes with weight 0.5, allowed is 1");
    assertRefused(
        RedisMlDialect.predictions(),
        Forest.builder(Aggregation.WEIGHTED_SUM, 1, 0).tree(10).leaf(1e308).build(),
        "a leaf of tree 0 times its weight is Infinity");
  }

  @Test
  void export_keyWithBraces_isRefusedUnlessAHashTag() {
    Forest forest = Forest.builder(Aggregation.MEAN, 1, 0).tree().leaf(1).build();

    for (String key : List.of("", "a}b", "{a", "a{}b")) {
      assertThatThrownBy(() -> RedisMlDialect.predictions().export(forest, key))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Cannot export forest to Redis-ML as '"
                  + key
                  + "': allowed is a key that is not empty and has no braces but a hash tag's");
    }
  }

  @Test
  void documentation_example_isWhatTheExporterWrites() throws IOException {
    Forest forest =
        Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 4, 2)
            .tree()
            .split(0, 3.5)
            .leaf(30, 10)
            .split(2, new int[] {0, 3}, 5, ForestBuilder.Others.RIGHT)
            .leaf(5, 15)
            .leaf(1, 2)
            .build();
    RedisMlExport export = RedisMlDialect.predictions().export(forest, "films:v7");
    export.load(server::text);
    FeatureVector row = FeatureVector.dense(4.25, 0, 1, 0);
    String docs = Files.readString(Path.of("..", "docs", "redis-ml.md"), UTF_8);

    for (List<String> command : export.loadCommands()) {
      assertThat(docs).contains(String.join(" ", command));
    }
    for (List<String> command : export.publishCommands()) {
      assertThat(docs).contains(String.join(" ", command));
    }
    assertThat(export.probes().stream().map(probe -> String.join(" ", probe.command())))
        .anySatisfy(probe -> assertThat(docs).contains(probe + "\n\"1\"\n"));
    String run = String.join(" ", export.runCommands(row).get(0));
    assertThat(docs).contains(run + "\n\"" + server.text(export.runCommands(row).get(0)) + "\"\n");
  }

  private static void assertRefused(RedisMlDialect dialect, Forest forest, String message) {
    assertThatThrownBy(() -> dialect.export(forest, "f"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot export forest to Redis-ML as 'f': " + message);
  }

  /** One leaf with a count for each class. */
  private static Forest leafForest(Aggregation aggregation, int numClasses) {
    return Forest.builder(aggregation, 1, numClasses).tree().leaf(new double[numClasses]).build();
  }

  /** The path to the last leaf, which holds 1, has so many splits. */
  private static Forest deep(int splits) {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 1, 0).tree();
    for (int i = 0; i < splits; i++) {
      builder.split(0, i).leaf(0);
    }
    return builder.leaf(1).build();
  }

  private static FeatureVector sparse(int index, double value) {
    return FeatureVector.sparse(new int[] {index}, new double[] {value});
  }
}
