package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/tuning.md tells to set of Kindling can be set so. */
class TuningDocsTest {
  private static final String PAGE = DocBlock.text("docs/tuning.md");

  @Test
  void pairs_asThePageShowsThem_areTaken() {
    Map<String, String> pairs = new TreeMap<>();
    Matcher pair = Pattern.compile("--conf (spark\\.kindling\\.\\S+)=(\\S+)").matcher(PAGE);
    pair.results().forEach(found -> pairs.put(found.group(1), found.group(2)));

    RedisConfig config = RedisConfig.from(pairs);

    assertThat(pairs).hasSize(2);
    assertThat(config.pipelineSize()).isEqualTo(2_048);
    assertThat(config.maxPoolSize()).isEqualTo(64);
  }

  @Test
  void uris_asThePageShowsThem_meanTheSameAsTheBuilder() {
    RedisConfig.Builder builder = RedisConfig.builder().node("host", 6379);

    assertThat(
            Pattern.compile("redis://\\S+")
                .matcher(PAGE)
                .results()
                .map(MatchResult::group)
                .toList())
        .map(RedisConfig::parse)
        .containsExactly(
            builder.pipelineSize(2_048).build(), builder.pipelineSize(512).maxPoolSize(64).build());
    assertThat(PAGE)
        .contains("RedisConfig.builder().node(\"host\", 6379).pipelineSize(2048).build()")
        .contains("RedisConfig.builder().node(\"host\", 6379).maxPoolSize(64).build()");
  }

  @Test
  void defaults_onThePage_areThose() {
    assertThat(PAGE)
        .contains("| " + RedisConfig.parse("redis://host").pipelineSize() + " (default) |")
        .contains("| " + RedisConfig.parse("redis://host").maxPoolSize() + " (default) |");
  }
}
