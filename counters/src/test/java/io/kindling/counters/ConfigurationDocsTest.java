package io.kindling.counters;

import io.kindling.core.testing.DocBlock;
import org.junit.jupiter.api.Test;

class ConfigurationDocsTest {
  @Test
  void configurationMd_countersSection_isUpToDate() {
    DocBlock.in("docs/configuration.md", "counters").check(CountersSettings.SECTION.toMarkdown());
  }
}
