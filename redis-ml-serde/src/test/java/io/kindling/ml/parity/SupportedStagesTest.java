package io.kindling.ml.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import io.kindling.ml.spark.SupportedStages;
import io.kindling.ml.step.StepKind.Runtimes;
import org.junit.jupiter.api.Test;

/** The table of stages against the converters; {@link StageTable} holds its figures. */
class SupportedStagesTest {

  @Test
  void table_everyConverter_hasALine() {
    assertThat(StageTable.read().keySet())
        .as(
            "docs/supported-stages.md is stale; run StageParity*IT with -Dkindling.docs.update=true")
        .containsExactlyElementsOf(SupportedStages.all().keySet());
  }

  @Test
  void table_everyLine_saysWhereTheStageRuns() {
    SupportedStages.all()
        .forEach(
            (stage, runtimes) ->
                assertThat(StageTable.read().get(stage))
                    .startsWith(StageTable.start(stage, runtimes)));
  }

  @Test
  void page_itsCounts_areThoseOfTheConverters() {
    int all = SupportedStages.all().size();
    long both = SupportedStages.all().values().stream().filter(Runtimes.BOTH::equals).count();

    assertThat(DocBlock.text("docs/supported-stages.md"))
        .contains(
            "**%d stages**, %d of them in Redis and in the JVM, %d in the JVM alone"
                .formatted(all, both, all - both));
    assertThat(DocBlock.text("README.md")).contains("Models: " + all + " stages");
    assertThat(DocBlock.text("CHANGELOG.md")).contains(all + " stages");
  }
}
