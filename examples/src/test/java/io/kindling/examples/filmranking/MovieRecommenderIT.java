package io.kindling.examples.filmranking;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kindling.core.Redis;
import io.kindling.core.RedisUnavailableException;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program, with few trees. */
@Tag("local")
class MovieRecommenderIT {

  /** {@code .ci/run} sets it and installs what the clients need: there, none may be missing. */
  private static final String CLIENTS = "KINDLING_TEST_CLIENTS";

  @TempDir static Path folder;

  private static RecommenderRun shipped;
  private static Set<String> keysAfterwards;

  @BeforeAll
  static void runOnShippedRatings() {
    try (EmbeddedRedis server = EmbeddedRedis.start();
        Redis redis = Redis.connect(server.uri())) {
      redis.jedis().set("mine", "stays");
      shipped =
          run(
              "data/movietweetings-100k",
              "--redis",
              server.uri(),
              "--trees",
              "5",
              "--films",
              "2",
              "--calls",
              "4");
      keysAfterwards = redis.jedis().keys("*");
    }
  }

  @Test
  void run_shippedRatings_printsTimesAsTheTalkDoes() throws Exception {
    assertThat(shipped.exitCode()).as("%s", shipped.out()).isZero();
    assertThat(shipped.out())
        .contains("MovieTweetings: 100,000 ratings by 16,554 people of 10,506 films.", "diffs: 0")
        .anyMatch(line -> line.matches("Redis time: [0-9.]+ ms, res=[0-4]"))
        .anyMatch(line -> line.matches("Spark time: [0-9.]+ ms, res=[0-4]\\.0"))
        .anyMatch(line -> line.matches("ratio: [0-9.]+"))
        .anyMatch(line -> line.matches("Of [0-9,]+ pairs .* differently, [0-9.]+ % stand.*"));
    assertThat(shipped.out()).last().asString().endsWith("to the bit: differences: 0");
    assertThat(Files.readString(folder.resolve("chart.svg"))).contains("logarithmic scale");
  }

  @Test
  void run_anothersRedis_removesWhatItMade() {
    assertThat(keysAfterwards).containsExactly("mine");
  }

  @Test
  void rank_aPerson_sortsTheFilmsByExpectedRating() {
    List<String> rows = shipped.below("The films for that person");

    assertThat(rows).hasSize(3).anyMatch(row -> row.startsWith("  Iron Man 3 (2013) "));
    assertThat(javaOrder()).hasSize(2);
  }

  @Test
  void pythonClient_sameProfile_sortsAsJavaDoes() {
    needs(Clients.python("redis://127.0.0.1", 1), "python3-redis");

    assertThat(shipped.below("The same with Python, ")).isEqualTo(javaOrder());
  }

  @Test
  void redisCli_sameProfile_sortsAsJavaDoes() {
    needs(Clients.shell("redis://127.0.0.1", 1), "redis-tools");

    assertThat(shipped.below("The same with redis-cli, ")).isEqualTo(javaOrder());
  }

  @Test
  void pythonClient_asShown_hasFifteenLines() throws Exception {
    assertThat(Files.readAllLines(Path.of("clients", "rank_films.py"))).hasSize(15);
  }

  /** The table of films as a client prints it: rating, title. */
  private static List<String> javaOrder() {
    return shipped.below("The films for that person").stream()
        .skip(1)
        .map(row -> row.replaceFirst("^  (.*?) {2,}(\\d+\\.\\d{3}) .*", "$2  $1"))
        .toList();
  }

  private static void needs(Optional<List<String>> client, String debianPackage) {
    String message = "Debian's %s is needed to run this client".formatted(debianPackage);
    if ("required".equals(System.getenv(CLIENTS))) {
      assertThat(client).as(message).isPresent();
    } else {
      assumeThat(client).as(message).isPresent();
    }
  }

  @Test
  void run_movieLensToKeep_storesProfilesWithAgeGenderAndOccupation(@TempDir Path ratings)
      throws Exception {
    writeMovieLens(ratings);
    try (EmbeddedRedis server = EmbeddedRedis.start();
        Redis redis = Redis.connect(server.uri())) {
      RecommenderRun run =
          run(
              ratings.toString(),
              "--redis",
              server.uri(),
              "--keep",
              "--trees",
              "3",
              "--films",
              "2",
              "--calls",
              "3");

      assertThat(run.exitCode()).as("%s", run.out()).isZero();
      assertThat(run.out())
          .contains(
              "rated often enough) and averages by genre, both without this film, age, gender and"
                  + " occupation.");
      assertThat(redis.jedis().hgetAll("kindling:movies:titles")).hasSize(2);
      assertThat(redis.jedis().lrange("kindling:movies:ratings", 0, -1))
          .containsExactly("1.0", "2.0", "3.0", "4.0", "5.0");
      // 40 films, two genres and all genres; then age, two genders and two occupations.
      assertThat(redis.jedis().hgetAll("kindling:movies:profiles"))
          .isNotEmpty()
          .allSatisfy(
              (person, row) ->
                  assertThat(row).matches(".*,43:[2-6]\\d\\.0,4[45]:1\\.0,4[67]:1\\.0"));
      assertThat(redis.jedis().keys("kindling:model:{movies-*")).hasSize(2);
    }
  }

  /** Sixty people who rate forty films, all of them, by a seeded lot. */
  private static void writeMovieLens(Path folder) throws IOException {
    Random random = new Random(3);
    List<String> items = new ArrayList<>();
    List<String> users = new ArrayList<>();
    List<String> ratings = new ArrayList<>();
    for (int film = 1; film <= 40; film++) {
      items.add(
          film + "|Film " + film + "|01-Jan-1995||http://x|" + film % 2 + "|" + (1 - film % 2));
    }
    for (int user = 1; user <= 60; user++) {
      users.add(user + "|" + (20 + user % 40) + (user % 2 == 0 ? "|M|other|0" : "|F|writer|0"));
      for (int film = 1; film <= 40; film++) {
        ratings.add(user + "\t" + film + "\t" + (1 + random.nextInt(5)) + "\t881250949");
      }
    }
    Files.write(folder.resolve("u.genre"), List.of("Action|0", "Comedy|1"), ISO_8859_1);
    Files.write(folder.resolve("u.item"), items, ISO_8859_1);
    Files.write(folder.resolve("u.user"), users, ISO_8859_1);
    Files.write(folder.resolve("u.data"), ratings, ISO_8859_1);
  }

  @Test
  void run_unreachableRedis_saysSoBeforeAnyTraining() {
    assertThatThrownBy(() -> run("data/movietweetings-100k", "--redis", "redis://127.0.0.1:1"))
        .isInstanceOf(RedisUnavailableException.class)
        .hasMessageContaining("127.0.0.1:1");
  }

  @Test
  void options_wrong_sayWhatIsAllowed() {
    assertThatThrownBy(() -> RecommenderOptions.parse("--films", "1"))
        .isInstanceOf(CannotRunException.class)
        .hasMessage("Cannot use '--films 1': allowed is a number from 2 to 50");
    assertThatThrownBy(() -> RecommenderOptions.parse("--keep"))
        .isInstanceOf(CannotRunException.class)
        .hasMessage("Cannot use argument '--keep': without --redis there is no Redis that stays");
    assertThatThrownBy(() -> RecommenderOptions.parse("--tree"))
        .isInstanceOf(CannotRunException.class)
        .hasMessage(
            "Cannot understand argument '--tree': allowed are --data, --redis, --keep, --trees,"
                + " --films, --calls, --chart, --help");
  }

  @Test
  void run_help_printsUsage() {
    assertThat(RecommenderRun.of("--help").out().get(0))
        .isEqualTo("usage: examples/run movie-recommender [options]");
  }

  private static RecommenderRun run(String data, String... args) {
    List<String> all =
        new ArrayList<>(List.of("--data", data, "--chart", folder.resolve("chart.svg").toString()));
    all.addAll(List.of(args));
    return RecommenderRun.of(all.toArray(new String[0]));
  }
}
