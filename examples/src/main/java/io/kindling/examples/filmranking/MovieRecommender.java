package io.kindling.examples.filmranking;

import io.kindling.core.Redis;
import io.kindling.examples.Program;
import io.kindling.examples.Progress;
import io.kindling.examples.SmallSpark;
import io.kindling.examples.TextTable;
import io.kindling.examples.filmranking.PublishedFilms.Ranked;
import io.kindling.examples.movies.Features;
import io.kindling.examples.movies.Film;
import io.kindling.examples.movies.FilmForest;
import io.kindling.examples.movies.FilmForest.Example;
import io.kindling.examples.movies.MovieData;
import io.kindling.examples.movies.Person;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * A recommender with a forest for every film: trained in Spark, asked in Redis with a person's
 * profile that is stored there, by any client.
 */
public final class MovieRecommender {

  /** Films with fewer ratings are no feature. */
  private static final int MIN_RATINGS_OF_FEATURE = 30;

  /** People who rated fewer other films are neither trained on nor asked about. */
  private static final int MIN_OTHER_RATINGS = 10;

  /** The person to show has about so many ratings at most: the profile stands in a line. */
  private static final int MAX_RATINGS_TO_SHOW = 40;

  private final PrintStream out;
  private final boolean terminal;
  private final RecommenderOptions options;

  private MovieRecommender(PrintStream out, boolean terminal, RecommenderOptions options) {
    this.out = out;
    this.terminal = terminal;
    this.options = options;
  }

  /** Runs it; {@code --help} says how. */
  @SuppressWarnings("SystemConsoleNull") // it is null without a terminal up to JDK 21, Spark's last
  public static void main(String[] args) {
    boolean terminal = System.console() != null;
    System.exit(
        Program.exitCode("movie-recommender", System.err, () -> run(System.out, terminal, args)));
  }

  /** The exit code: 0 if all is as it should be, 1 if not. */
  static int run(PrintStream out, boolean terminal, String... args) {
    RecommenderOptions options = RecommenderOptions.parse(args);
    if (options.help()) {
      out.print(RecommenderOptions.USAGE);
      return 0;
    }
    MovieData data = MovieData.read(options.data());
    MovieRecommender program = new MovieRecommender(out, terminal, options);
    return Program.onRedis(options.redisUri(), uri -> program.run(data, uri));
  }

  private int run(MovieData data, String uri) {
    try (Redis redis = Redis.connect(uri)) {
      redis.jedis().ping(); // before minutes of training
      say(
          "%s: %,d ratings by %,d people of %,d films.%nRedis: %s",
          data.name(), data.numRatings(), data.people().size(), data.films().size(), redis);
      SparkSession spark = SmallSpark.start("Kindling movie recommender");
      try {
        return run(data, uri, redis, spark);
      } finally {
        spark.stop();
      }
    }
  }

  private int run(MovieData data, String uri, Redis redis, SparkSession spark) {
    Features features = new Features(data, MIN_RATINGS_OF_FEATURE);
    Set<Person> heldOut = FilmForest.drawHeldOut(data.people());
    List<FilmForest> forests = train(spark, data, features, heldOut);
    PublishedFilms published = PublishedFilms.publish(redis, forests, data, features);
    try {
      Set<Person> asked = new LinkedHashSet<>();
      forests.forEach(forest -> forest.heldOut().forEach(example -> asked.add(example.person())));
      published.addProfiles(asked);
      say(
          "Published %d forests as kindling:model:{movies-...}, and the profiles of %,d people who"
              + " were%ntrained on nowhere: what is known of them without these films.",
          forests.size(), asked.size());

      boolean isAlike = rank(uri, published, asked);
      judge(published, asked, data, heldOut);
      say("%nA call at a time, as in the talk:%n");
      TimedCalls calls = TimedCalls.run(spark, forests, published, options.calls());
      calls.print(out);
      calls.chart().write(options.chart());
      say("Chart: %s%n", options.chart().toAbsolutePath());

      int differences = calls.differences() + TimedCalls.differences(spark, forests, published);
      say(
          "Redis against Spark's transform of all %,d held-out ratings, prediction and"
              + " probabilities to the bit: differences: %d",
          forests.stream().mapToInt(forest -> forest.heldOut().size()).sum(), differences);
      return isAlike && differences == 0 ? 0 : 1;
    } finally {
      if (!options.keep()) {
        published.remove();
      }
    }
  }

  private List<FilmForest> train(
      SparkSession spark, MovieData data, Features features, Set<Person> heldOut) {
    List<Film> films = data.mostRated(options.films());
    say(
        """

        Training a forest of %,d trees for each of the %d most rated films. It is shown the class of the
        rating, one of %d, and of the person %,d features: the ratings of other films (%,d of them are
        rated often enough) and averages by genre, both without this film%s.\
        """,
        options.trees(),
        films.size(),
        data.classes().count(),
        features.count(),
        features.numFilms(),
        features.hasTraits() ? ", age, gender and occupation" : "");
    Progress progress = new Progress(out, terminal, films.size());
    List<FilmForest> trained = new ArrayList<>();
    for (Film film : films) {
      progress.begins(film.title());
      trained.add(
          FilmForest.train(
              spark, film, data, features, heldOut, MIN_OTHER_RATINGS, options.trees()));
      progress.ended(film.title());
    }
    Example first = trained.get(0).train().get(0);
    say(
        "An example, person %d and %s: class %d, %s%n",
        first.person().id(),
        first.film().title(),
        first.label(),
        first.row().forKindling().toText());
    return trained;
  }

  /** Whether all clients sort the films alike. */
  private boolean rank(String uri, PublishedFilms published, Set<Person> asked) {
    Person person = personToShow(published.films(), asked);
    List<Ranked> ranked = published.rank(person);
    say(
        "%nThe profile of person %d, HGET kindling:movies:profiles %d:%n%s%n%nThe films for that"
            + " person, by the rating that their forests in Redis expect:%n",
        person.id(), person.id(), published.storedProfile(person));
    TextTable table = new TextTable("film", "expected rating", "person's own");
    for (Ranked film : ranked) {
      Integer own = person.ratings().get(film.film());
      table.add(
          film.film().title(),
          String.format(Locale.ROOT, "%.3f", film.rating()),
          own == null ? "-" : own.toString());
    }
    table.print(out);

    List<String> expected =
        ranked.stream()
            .map(film -> String.format(Locale.ROOT, "%.3f  %s", film.rating(), film.film().title()))
            .toList();
    boolean python = compare("Python", "python3-redis", Clients.python(uri, person.id()), expected);
    boolean shell = compare("redis-cli", "redis-tools", Clients.shell(uri, person.id()), expected);
    return python && shell;
  }

  private boolean compare(
      String name, String debianPackage, Optional<List<String>> client, List<String> expected) {
    if (client.isEmpty()) {
      say("%nThe same with %s: it is not there; Debian has it in %s.", name, debianPackage);
      return true;
    }
    say("%nThe same with %s, %s:%n", name, String.join(" ", client.get()));
    List<String> printed = Clients.run(client.get());
    printed.forEach(line -> say("%s", line));
    if (!printed.equals(expected)) {
      say("This is not the order above.");
    }
    return printed.equals(expected);
  }

  /** The one who rated most of the films, so that there is something to compare with. */
  private static Person personToShow(Set<Film> films, Set<Person> asked) {
    Comparator<Person> byNumRated =
        Comparator.comparingLong(person -> films.stream().filter(person::rated).count());
    return asked.stream()
        .filter(person -> person.ratings().size() <= MAX_RATINGS_TO_SHOW)
        .max(byNumRated)
        .orElseGet(
            () ->
                asked.stream()
                    .min(Comparator.comparingInt(person -> person.ratings().size()))
                    .orElseThrow());
  }

  private void judge(
      PublishedFilms published, Set<Person> asked, MovieData data, Set<Person> heldOut) {
    List<Person> trained =
        data.people().stream().filter(person -> !heldOut.contains(person)).toList();
    OrderedPairs pairs = new OrderedPairs(data.mostRated(options.films()), trained);
    asked.forEach(person -> pairs.add(person, published.rank(person)));
    if (pairs.pairs() > 0) {
      say(
          "%nOf %,d pairs of these films that one of these people rated differently, %.1f %% stand"
              + " in that person's%norder if sorted by the forests, and %.1f %% if sorted by the"
              + " films' average ratings.",
          pairs.pairs(), 100 * pairs.byForests(), 100 * pairs.byAverages());
    }
  }

  private void say(String format, @Nullable Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
  }
}
