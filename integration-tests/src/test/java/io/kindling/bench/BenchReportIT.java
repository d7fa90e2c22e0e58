package io.kindling.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchReportIT {
  @TempDir Path folder;

  @Test
  void measuredAgainst_server_standsInTheMachineBlock() throws Exception {
    var report = new BenchReport("serving");

    report.measuredAgainst(TestRedis.shared());

    assertThat(Files.readString(report.writeJson(folder)))
        .containsPattern("\"redis\": \"\\d+\\.\\d+\\.\\d+\"");
  }
}
