package io.kindling.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatenciesTest {

  @Test
  void measure_threeInputs_callsThemInTurn() {
    List<Integer> calls = new ArrayList<>();

    Latencies.measure(
        List.of(1, 2, 3),
        4,
        2,
        input -> {
          calls.add(input);
          return input;
        });

    assertThat(calls).containsExactly(1, 2, 3, 1, 1, 2);
  }

  @Test
  void nanos_hundredValues_areNearestRanks() {
    Latencies latencies = Latencies.ofNanos(nanosUpTo(100));

    assertThat(latencies.nanos(0.5)).isEqualTo(50);
    assertThat(latencies.nanos(0.99)).isEqualTo(99);
    assertThat(latencies.nanos(1)).isEqualTo(100);
  }

  @Test
  void text_anyLength_hasAUnit() {
    assertThat(Latencies.ofNanos(1_234).text(1)).isEqualTo("1.23 us");
    assertThat(Latencies.ofNanos(123_456).text(1)).isEqualTo("123 us");
    assertThat(Latencies.ofNanos(12_345_678).text(1)).isEqualTo("12.3 ms");
  }

  private static long[] nanosUpTo(int count) {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      nanos[i] = (long) count - i;
    }
    return nanos;
  }
}
