package io.kindling.examples.adserving;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.examples.adserving.OpenLoad.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RateSearchTest {

  private final List<Double> tried = new ArrayList<>();

  @Test
  void search_serverHoldsSomeRate_findsItWithinATwelfth() {
    for (double limit : new double[] {10, 99, 250, 700, 800, 1_100}) {
      Optional<Trial> best = search(limit);

      assertThat(best).isPresent();
      assertThat(best.orElseThrow().requestsPerSecond()).isBetween(limit * 11 / 12, limit);
    }
  }

  @Test
  void search_serverHoldsNothing_givesUp() {
    assertThat(search(0)).isEmpty();
    assertThat(tried).hasSize(8).startsWith(800.0, 400.0).endsWith(6.25);
  }

  private Optional<Trial> search(double limit) {
    return RateSearch.search(
        1_000,
        rate -> {
          tried.add(rate);
          return new Trial(rate, /* answered= */ true, new Answers(0));
        },
        trial -> trial.requestsPerSecond() <= limit);
  }
}
