package io.kindling.examples.movies;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.examples.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovieDataTest {

  @TempDir Path folder;

  @Test
  void read_shippedMovieTweetings_hasEveryRating() {
    MovieData data = MovieData.read(Path.of("data", "movietweetings-100k"));

    assertThat(data.name()).isEqualTo("MovieTweetings");
    assertThat(data.numRatings()).isEqualTo(100_000);
    assertThat(data.people()).hasSize(16_554);
    assertThat(data.films()).hasSize(10_506);
    assertThat(data.mostRated(2))
        .containsExactly(
            new Film(
                "0770828",
                "Man of Steel (2013)",
                List.of("Action", "Adventure", "Fantasy", "Sci-Fi")),
            new Film("1300854", "Iron Man 3 (2013)", List.of("Action", "Sci-Fi", "Thriller")));
  }

  @Test
  void read_movieLensFolder_hasGenresAndTraits() throws IOException {
    write("u.genre", "unknown|0", "Action|1", "Comedy|2", "");
    write(
        "u.item",
        "1|Am\u00e9lie (2001)|01-Jan-2001||http://a|0|0|1",
        "2|Heat (1995)|01-Jan-1995||http://b|0|1|0");
    write("u.user", "1|24|M|technician|85711", "2|53|F|other|94043");
    write("u.data", "2\t1\t5\t881250949", "1\t1\t3\t881250950", "1\t2\t1\t881250951");

    MovieData data = MovieData.read(folder);

    Film amelie = new Film("1", "Am\u00e9lie (2001)", List.of("Comedy"));
    Film heat = new Film("2", "Heat (1995)", List.of("Action"));
    assertThat(data.films()).containsExactly(amelie, heat);
    assertThat(data.people())
        .containsExactly(
            new Person(
                1,
                Map.of(amelie, 3, heat, 1),
                Map.of("age", 24.0, "gender M", 1.0, "occupation technician", 1.0)),
            new Person(
                2,
                Map.of(amelie, 5),
                Map.of("age", 53.0, "gender F", 1.0, "occupation other", 1.0)));
    assertThat(data.classes().count()).isEqualTo(5);
  }

  @Test
  void read_emptyFolder_namesWhatIsExpected() {
    assertThatThrownBy(() -> MovieData.read(folder))
        .isInstanceOf(CannotRunException.class)
        .hasMessage(
            "Cannot read ratings from %s: neither MovieLens 100K's u.data nor MovieTweetings'"
                + " ratings.dat is there",
            folder.toAbsolutePath());
  }

  @Test
  void read_ratingOutsideScale_namesFileAndLine() throws IOException {
    write("movies.dat", "07::Heat (1995)::Crime");
    write("ratings.dat", "1::07::10::0", "1::07::11::0");

    assertThatThrownBy(() -> MovieData.read(folder))
        .isInstanceOf(CannotRunException.class)
        .hasMessage(
            "Cannot read %s, line 2: rating 11, allowed is 0 to 10",
            folder.resolve("ratings.dat").toAbsolutePath());
  }

  @Test
  void read_lineCutShort_namesFileAndLine() throws IOException {
    write("movies.dat", "07::Heat (1995)::Crime");
    write("ratings.dat", "1::07::1");

    assertThatThrownBy(() -> MovieData.read(folder))
        .isInstanceOf(CannotRunException.class)
        .hasMessage(
            "Cannot read %s, line 1: 3 fields, expected 4",
            folder.resolve("ratings.dat").toAbsolutePath());
  }

  @Test
  void read_fileMissing_namesIt() throws IOException {
    write("ratings.dat", "1::07::1::0");

    assertThatThrownBy(() -> MovieData.read(folder))
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining("movies.dat");
  }

  private void write(String name, String... lines) throws IOException {
    Files.write(folder.resolve(name), List.of(lines), name.startsWith("u.") ? ISO_8859_1 : UTF_8);
  }
}
