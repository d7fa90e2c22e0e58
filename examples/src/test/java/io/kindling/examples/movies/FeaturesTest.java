package io.kindling.examples.movies;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.FeatureVector;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.ml.linalg.Vectors;
import org.junit.jupiter.api.Test;

class FeaturesTest {

  private static final Film HEAT = new Film("1", "Heat", List.of("Action", "Crime"));
  private static final Film FARGO = new Film("2", "Fargo", List.of("Crime"));
  private static final Film SPEED = new Film("3", "Speed", List.of("Action"));
  private static final Film RARE = new Film("4", "Rare", List.of("Crime"));

  private static final Person ANN =
      new Person(1, Map.of(HEAT, 9, FARGO, 8, SPEED, 6, RARE, 7), Map.of("age", 40.0));
  private static final Person BOB = new Person(2, Map.of(HEAT, 4, SPEED, 5, FARGO, 3), Map.of());

  // Columns: Heat, Fargo, Speed (Rare has one rating), then Action, Crime, all genres, then age.
  private static final Features FEATURES = new Features(data(ANN, BOB), 2);

  @Test
  void row_ofRater_leavesTheFilmOutOfItsColumnAndItsAverages() {
    FeatureVector row = FEATURES.row(ANN, HEAT).forKindling();

    assertThat(FEATURES.count()).isEqualTo(7);
    assertThat(row)
        .isEqualTo(
            FeatureVector.sparse(new int[] {1, 2, 3, 4, 5, 6}, new double[] {8, 6, 6, 7.5, 7, 40}));
  }

  @Test
  void row_ofRater_doesNotDependOnTheRatingToPredict() {
    Person annOfOtherMind =
        new Person(1, Map.of(HEAT, 1, FARGO, 8, SPEED, 6, RARE, 7), Map.of("age", 40.0));

    assertThat(FEATURES.row(annOfOtherMind, HEAT).forKindling())
        .isEqualTo(FEATURES.row(ANN, HEAT).forKindling());
  }

  @Test
  void row_ofSomebodyWhoDidNotRateTheFilm_hasEveryRating() {
    FeatureVector row = FEATURES.row(BOB, RARE).forKindling();

    assertThat(row)
        .isEqualTo(
            FeatureVector.sparse(
                new int[] {0, 1, 2, 3, 4, 5}, new double[] {4, 3, 5, 4.5, 3.5, 4}));
  }

  @Test
  void row_forSomeFilms_leavesAllOfThemOut() {
    FeatureVector row = FEATURES.row(ANN, Set.of(HEAT, FARGO)).forKindling();

    assertThat(row)
        .isEqualTo(
            FeatureVector.sparse(new int[] {2, 3, 4, 5, 6}, new double[] {6, 6, 7, 6.5, 40}));
  }

  @Test
  void row_forSparkAndForKindling_areTheSame() {
    Features.Row row = FEATURES.row(BOB, HEAT);

    assertThat(row.forSpark())
        .isEqualTo(Vectors.sparse(7, new int[] {1, 2, 3, 4, 5}, new double[] {3, 5, 5, 3, 4}));
    assertThat(row.forKindling())
        .isEqualTo(FeatureVector.sparse(new int[] {1, 2, 3, 4, 5}, new double[] {3, 5, 5, 3, 4}));
  }

  private static MovieData data(Person... people) {
    return new MovieData(
        "test", List.of(HEAT, FARGO, SPEED, RARE), List.of(people), RatingClasses.IMDB);
  }
}
