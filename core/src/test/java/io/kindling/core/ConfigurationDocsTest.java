package io.kindling.core;

import io.kindling.core.testing.DocBlock;
import org.junit.jupiter.api.Test;

class ConfigurationDocsTest {
  @Test
  void configurationMd_redisSection_isUpToDate() {
    DocBlock.in("docs/configuration.md", "redis").check(RedisSettings.SECTION.toMarkdown());
  }
}
