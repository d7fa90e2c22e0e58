package io.kindling.examples.filmranking;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.examples.filmranking.PublishedFilms.Ranked;
import io.kindling.examples.movies.Film;
import io.kindling.examples.movies.Person;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OrderedPairsTest {

  private static final Film HEAT = new Film("1", "Heat", List.of());
  private static final Film FARGO = new Film("2", "Fargo", List.of());
  private static final Film SPEED = new Film("3", "Speed", List.of());

  @Test
  void add_pairsThatWereRatedDifferently_areCountedForBoth() {
    Person trained = new Person(1, Map.of(HEAT, 9, FARGO, 5, SPEED, 5), Map.of());
    Person asked = new Person(2, Map.of(HEAT, 3, FARGO, 8, SPEED, 3), Map.of());
    OrderedPairs pairs = new OrderedPairs(List.of(HEAT, FARGO, SPEED), List.of(trained));

    pairs.add(asked, List.of(new Ranked(FARGO, 7.5), new Ranked(HEAT, 7), new Ranked(SPEED, 6.5)));

    assertThat(pairs.pairs()).as("Heat and Speed are equal").isEqualTo(2);
    assertThat(pairs.byForests()).isEqualTo(1);
    assertThat(pairs.byAverages()).as("Heat wrong, Speed half right").isEqualTo(0.25);
  }
}
