package io.kindling.examples.movies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RatingClassesTest {

  @Test
  void classOf_everyImdbRating_groupsTheLowOnes() {
    List<Integer> classes = List.of(0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4);

    for (int rating = 0; rating <= 10; rating++) {
      assertThat(RatingClasses.IMDB.classOf(rating)).isEqualTo(classes.get(rating));
    }
    assertThat(RatingClasses.IMDB.label(0)).isEqualTo("0-6");
    assertThat(RatingClasses.IMDB.label(3)).isEqualTo("9");
  }

  @Test
  void classOf_everyStar_isAClassOfItsOwn() {
    for (int stars = 1; stars <= 5; stars++) {
      assertThat(RatingClasses.STARS.classOf(stars)).isEqualTo(stars - 1);
      assertThat(RatingClasses.STARS.label(stars - 1)).isEqualTo("" + stars);
    }
  }

  @Test
  void classOf_ratingOutsideTheScale_isRefused() {
    assertThatThrownBy(() -> RatingClasses.STARS.classOf(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rating 0, allowed is 1 to 5");
    assertThatThrownBy(() -> RatingClasses.IMDB.classOf(11))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rating 11, allowed is 0 to 10");
  }

  @Test
  void meanRatings_ofMixedRatings_averagesWithinEachClass() {
    Person person = new Person(1, Map.of(film("a"), 4, film("b"), 5, film("c"), 9), Map.of());

    assertThat(RatingClasses.IMDB.meanRatings(List.of(person)))
        .containsExactly(4.5, 7, 8, 9, 10); // a class without ratings counts as its highest
  }

  private static Film film(String id) {
    return new Film(id, id, List.of());
  }
}
