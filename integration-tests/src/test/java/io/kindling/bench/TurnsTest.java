package io.kindling.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {
  @Test
  void measure_twoCases_takeTurnsAndLeaveOutTheFirstRound() throws Exception {
    List<String> order = new ArrayList<>();

    double[][][] values =
        Turns.measure(
            2,
            List.of("a", "b"),
            one -> {
              order.add(one);
              return new double[] {order.size(), -order.size()};
            });

    assertThat(order).containsExactly("a", "b", "a", "b", "a", "b");
    assertThat(values).isDeepEqualTo(new double[][][] {{{3, 5}, {-3, -5}}, {{4, 6}, {-4, -6}}});
  }
}
