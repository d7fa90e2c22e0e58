package io.kindling.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class AwakeCoresTest {

  @Test
  void start_untilClosed_oneProcessACoreOrNoneAndTheNoteSaysWhich() throws IOException {
    AwakeCores cores = AwakeCores.start();

    try (cores) {
      if (cores.spinning() == 0) {
        assertThat(cores.note()).isEqualTo("cores may halt, there is no chrt");
      } else {
        assertThat(cores.spinning()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(cores.note()).isEqualTo("cores kept awake");
      }
    }

    assertThat(cores.spinning()).isZero();
  }
}
