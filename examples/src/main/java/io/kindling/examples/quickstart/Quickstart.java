package io.kindling.examples.quickstart;

import io.kindling.core.Redis;
import io.kindling.core.RedisKeys;
import io.kindling.examples.EmbeddedRedis;
import io.kindling.examples.Program;
import io.kindling.examples.Progress;
import io.kindling.examples.SmallSpark;
import io.kindling.examples.TextTable;
import io.kindling.examples.counters.Count;
import io.kindling.examples.movies.Features;
import io.kindling.examples.movies.Film;
import io.kindling.examples.movies.FilmForest;
import io.kindling.examples.movies.MovieData;
import io.kindling.examples.movies.Person;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The quick start, {@code examples/run quickstart}: trains Spark forests on real ratings, publishes
 * them to Redis, asks them in four ways and compares the answers and their times; then counts the
 * ratings in a Spark job that fails, and has a thousand counts answered in one pass.
 */
public final class Quickstart {

  /** Films with fewer ratings are no feature. */
  private static final int MIN_RATINGS_OF_FEATURE = 30;

  /** People who rated fewer other films are neither trained on nor asked about. */
  private static final int MIN_OTHER_RATINGS = 10;

  /** The person to show has about so many ratings at most: they all stand in a line to be typed. */
  private static final int MAX_RATINGS_TO_SHOW = 25;

  private final Options options;
  private final PrintStream out;

  /** Waits until somebody presses Enter; null: nobody sits there. */
  private final @Nullable Runnable enter;

  /** What has to be removed from a Redis that is not our own. */
  private final List<String> keys = new ArrayList<>();

  private Quickstart(Options options, PrintStream out, @Nullable Runnable enter) {
    this.options = options;
    this.out = out;
    this.enter = enter;
  }

  /** Runs it; {@code --help} says how. */
  @SuppressWarnings("SystemConsoleNull") // it is null without a terminal up to JDK 21, Spark's last
  public static void main(String[] args) {
    System.exit(
        run(
            System.out,
            System.err,
            System.console() == null ? null : Quickstart::awaitEnter,
            args));
  }

  /**
   * Runs it.
   *
   * @param enter waits until somebody presses Enter: so long the forests stay in Redis; null:
   *     nobody sits there
   * @return the exit code: 0, or 1 if an answer differs from Spark's or a counter from the truth,
   *     or 2 if it could not run
   */
  static int run(PrintStream out, PrintStream err, @Nullable Runnable enter, String... args) {
    return Program.exitCode("quickstart", err, () -> run(out, enter, args));
  }

  private static int run(PrintStream out, @Nullable Runnable enter, String... args) {
    Options options = Options.parse(args);
    if (options.help()) {
      out.print(Options.USAGE);
      return 0;
    }
    return new Quickstart(options, out, enter).run();
  }

  private int run() {
    MovieData data = MovieData.read(options.data());
    say(
        "%s: %,d ratings by %,d people of %,d films.",
        data.name(), data.numRatings(), data.people().size(), data.films().size());
    String uri = options.redisUri();
    if (uri != null) {
      return run(data, uri, "Redis: %s.");
    }
    try (EmbeddedRedis own = EmbeddedRedis.start()) {
      return run(data, own.uri(), "Redis: %s, started for this run.");
    }
  }

  private int run(MovieData data, String redisUri, String announcement) {
    try (Redis redis = Redis.connect(redisUri)) {
      redis.jedis().ping(); // before a minute of training
      say(announcement, redis);
      try {
        Served served;
        SparkSession spark = SmallSpark.start("Kindling quick start");
        try {
          served = serve(data, redis, spark);
        } finally {
          spark.stop(); // counting has a cluster of its own
        }
        int differences = served.comparison().differences() + count(redis);
        differences += DispatchedBatch.run(out, redis, data);
        if (enter != null || options.keep()) { // else the forests are about to go
          TryIt.print(out, redis, served.shown(), data, served.features());
        }
        say("compared: %,d numbers, to the bit", served.comparison().numbers());
        say("differences: %,d", differences);
        if (enter != null) {
          promptForEnter();
          enter.run();
        }
        return differences == 0 ? 0 : 1;
      } finally {
        if (options.redisUri() != null && !options.keep()) {
          removeForests(redis);
        }
      }
    }
  }

  /** What remains of the forests' story. */
  private record Served(Comparison comparison, Question shown, Features features) {}

  private Served serve(MovieData data, Redis redis, SparkSession spark) {
    Features features = new Features(data, MIN_RATINGS_OF_FEATURE);
    Set<Person> heldOut = FilmForest.drawHeldOut(data.people());
    List<FilmForest> trained = train(spark, data, features, heldOut);

    List<ServedForest> served = publish(redis, trained);
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < trained.size(); i++) {
      questions.addAll(Question.all(spark, trained.get(i), served.get(i)));
    }
    printAccuracy(trained, questions);

    Question shown = questionToShow(questions);
    Ranking.print(out, shown.example().person(), served, data, features);

    Collections.shuffle(questions, new Random(FilmForest.SEED)); // films take turns
    Comparison comparison = Comparison.run(spark, questions, options.calls());
    say(
        "\nTime and answers of the four ways to ask, for %,d held-out ratings:\n",
        questions.size());
    comparison.print(out);
    return new Served(comparison, shown, features);
  }

  /** Returns how many counters differ from the truth. */
  private int count(Redis redis) {
    boolean goesAsAWhole = options.redisUri() == null;
    return Count.run(out, redis, options.data(), options.keep() || goesAsAWhole);
  }

  private List<FilmForest> train(
      SparkSession spark, MovieData data, Features features, Set<Person> heldOut) {
    List<Film> films = data.mostRated(options.films());
    say(
        """

        Training a forest of %,d trees for each of the %d most rated films. It predicts how a person
        rates the film, one of %d classes, from %,d features: that person's ratings of other films
        (%,d of them are rated often enough) and averages by genre without this film%s.\
        """,
        options.trees(),
        films.size(),
        data.classes().count(),
        features.count(),
        features.numFilms(),
        features.hasTraits() ? ", age, gender and occupation" : "");
    Progress progress = new Progress(out, enter != null, films.size());
    List<FilmForest> trained = new ArrayList<>();
    for (Film film : films) {
      progress.begins(film.title());
      trained.add(
          FilmForest.train(
              spark, film, data, features, heldOut, MIN_OTHER_RATINGS, options.trees()));
      progress.ended(film.title());
    }
    return trained;
  }

  private List<ServedForest> publish(Redis redis, List<FilmForest> trained) {
    List<ServedForest> served = new ArrayList<>();
    for (FilmForest forest : trained) {
      keys.add(RedisKeys.of("kindling:model", ServedForest.nameOf(forest.film())));
      served.add(ServedForest.publish(redis, forest));
    }
    say("Published %d forests to Redis as kindling:model:{quickstart-...}.", served.size());
    if (options.redisUri() != null) {
      say(options.keep() ? "They stay there." : "They are removed at the end; --keep leaves them.");
    }
    return served;
  }

  private void printAccuracy(List<FilmForest> trained, List<Question> questions) {
    say(
        """

        How often the forests are right about people they were not trained on, a fifth of all drawn
        at random, and how often somebody would be who always says the most frequent class:
        """);
    TextTable table =
        new TextTable("film", "trained on", "nodes", "asked about", "forest", "most frequent");
    int allRight = 0;
    int allMajority = 0;
    for (FilmForest forest : trained) {
      List<Question> ofFilm =
          questions.stream().filter(q -> q.example().film().equals(forest.film())).toList();
      int right = (int) ofFilm.stream().filter(Question::isRight).count();
      int majorityClass = forest.majorityClass();
      int majority =
          (int) ofFilm.stream().filter(q -> q.example().label() == majorityClass).count();
      table.add(
          forest.film().title(),
          format("%,d", forest.train().size()),
          format("%,d", forest.model().totalNumNodes()),
          format("%,d", ofFilm.size()),
          percent(right, ofFilm.size()),
          percent(majority, ofFilm.size()));
      allRight += right;
      allMajority += majority;
    }
    table.add(
        "all",
        "",
        "",
        format("%,d", questions.size()),
        percent(allRight, questions.size()),
        percent(allMajority, questions.size()));
    table.print(out);
  }

  /** A question about the person who rated most of the films asked about, with a short row. */
  private static Question questionToShow(List<Question> questions) {
    return questions.stream()
        .filter(q -> q.example().person().ratings().size() <= MAX_RATINGS_TO_SHOW)
        .max(
            Comparator.comparingLong(
                q -> questions.stream().filter(other -> other.isAbout(q)).count()))
        .orElseGet(
            () ->
                Collections.min(
                    questions, Comparator.comparing(q -> q.example().person().ratings().size())));
  }

  private void removeForests(Redis redis) {
    try {
      keys.forEach(redis.jedis()::unlink); // one by one: they may lie on several nodes
    } catch (JedisException e) { // what led here may be the same, and is about to be told
      say("Cannot remove the forests from Redis (%s): %s remain", e, keys);
    }
  }

  private void promptForEnter() {
    out.print(
        options.redisUri() == null
            ? "\nRedis stays up until you press Enter. "
            : options.keep()
                ? "\nThe forests stay in Redis. Press Enter to end. "
                : "\nThe forests stay in Redis until you press Enter. ");
    out.flush();
  }

  private static void awaitEnter() {
    try {
      while (true) {
        int read = System.in.read();
        if (read < 0 || read == '\n') {
          return;
        }
      }
    } catch (IOException e) {
      // Nobody can press Enter any more: as if somebody had.
    }
  }

  private void say(String format, Object... values) {
    out.println(format(format, values));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String percent(int part, int whole) {
    return format("%.1f %%", 100.0 * part / whole);
  }
}
