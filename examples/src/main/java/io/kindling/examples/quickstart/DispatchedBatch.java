package io.kindling.examples.quickstart;

import io.kindling.core.Redis;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.queue.CommandRecord;
import io.kindling.dispatch.queue.CommandState;
import io.kindling.dispatch.queue.QueueClient;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.TextTable;
import io.kindling.examples.movies.Film;
import io.kindling.examples.movies.FilmForest;
import io.kindling.examples.movies.MovieData;
import io.kindling.examples.movies.Person;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * Pushes a thousand different counts to a Redis list, and has one driver answer all in one pass.
 */
final class DispatchedBatch {
  private static final int COUNTS = 1_000;

  /** So many of them Spark counts, too, one after the other. */
  private static final int COMPARED = 20;

  private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(3);
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "person int, rating int, person_ratings int, film struct<title: string, genres:"
              + " array<string>, ratings: int, mean: double>");

  private final PrintStream out;
  private final Redis redis;
  private final QueueClient queue;
  private final String name = "quickstart-" + UUID.randomUUID().toString().substring(0, 8);
  private final List<String> predicates;

  private DispatchedBatch(PrintStream out, Redis redis, List<String> predicates) {
    this.out = out;
    this.redis = redis;
    this.predicates = predicates;
    queue = new QueueClient(redis, name);
  }

  /** Runs it and returns how many counts differ from Spark's. */
  static int run(PrintStream out, Redis redis, MovieData data) {
    return new DispatchedBatch(out, redis, predicates(data)).run(data);
  }

  private int run(MovieData data) {
    Path folder = temporary();
    SparkSession spark = startSpark();
    try {
      Dataset<Row> ratings = ratings(spark, data).cache();
      String files = folder.resolve("ratings").toString();
      try (Dispatcher dispatcher =
          Dispatcher.builder(spark, redis.config(), name)
              .tenant("web", 1)
              .dataset("ratings", ratings, files)
              .build()) {
        say(
            """

            Pushing %,d different counts over the %,d ratings, each row with its film inside, to a list:

              RPUSH %s '%s'
              and so on; then a driver takes them together.
            """,
            COUNTS, data.numRatings(), list(), payload(0));
        push();
        long start = System.nanoTime();
        Thread driver = new Thread(dispatcher::run, "driver");
        driver.start();
        awaitAnswers();
        return compare(System.nanoTime() - start, ratings);
      }
    } finally {
      spark.stop();
      removeQueue();
      delete(folder);
    }
  }

  private static SparkSession startSpark() {
    SparkSession spark =
        SparkSession.builder()
            .config(Dispatcher.configure(new SparkConf()))
            .appName("Kindling quick start: dispatcher")
            .master("local[*]")
            .config("spark.sql.shuffle.partitions", 2)
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
    return spark;
  }

  /** One row a rating, with what is known of its film. */
  private static Dataset<Row> ratings(SparkSession spark, MovieData data) {
    Map<Film, int[]> sums = new HashMap<>(); // Ratings of a film: how many, and their sum.
    for (Person person : data.people()) {
      person
          .ratings()
          .forEach(
              (film, rating) -> {
                int[] sum = sums.computeIfAbsent(film, f -> new int[2]);
                sum[0]++;
                sum[1] += rating;
              });
    }
    Map<Film, Row> films = new HashMap<>();
    sums.forEach(
        (film, sum) ->
            films.put(
                film,
                RowFactory.create(
                    film.title(),
                    film.genres().toArray(String[]::new),
                    sum[0],
                    (double) sum[1] / sum[0])));
    List<Row> rows = new ArrayList<>();
    for (Person person : data.people()) {
      int count = person.ratings().size();
      person
          .ratings()
          .forEach(
              (film, rating) ->
                  rows.add(RowFactory.create(person.id(), rating, count, films.get(film))));
    }
    return spark.createDataFrame(rows, SCHEMA).repartition(4);
  }

  /** Drawn by a seed, no two the same. */
  private static List<String> predicates(MovieData data) {
    Random random = new Random(FilmForest.SEED);
    List<String> genres =
        data.films().stream()
            .flatMap(film -> film.genres().stream())
            .filter(genre -> genre.matches("[A-Za-z-]+"))
            .distinct()
            .sorted()
            .toList();
    Set<String> drawn = new LinkedHashSet<>();
    while (drawn.size() < COUNTS) {
      List<String> atoms = new ArrayList<>();
      int count = 1 + random.nextInt(4);
      for (int i = 0; i < count; i++) {
        atoms.add(atom(random, genres));
      }
      drawn.add(String.join(random.nextInt(4) == 0 ? " or " : " and ", atoms));
    }
    return List.copyOf(drawn);
  }

  private static String atom(Random random, List<String> genres) {
    int low = random.nextInt(300);
    return switch (random.nextInt(6)) {
      case 0 -> "rating >= " + (1 + random.nextInt(10));
      case 1 -> "person_ratings between " + low + " and " + (low + random.nextInt(200));
      case 2 -> "film.ratings > " + 3 * low;
      case 3 -> "film.mean < " + (40 + random.nextInt(60)) / 10.0;
      case 4 -> "film.title like '%" + (char) ('a' + random.nextInt(26)) + "%'";
      default -> "array_contains(film.genres, '" + genres.get(random.nextInt(genres.size())) + "')";
    };
  }

  private String list() {
    return "kindling:queue:{" + name + "}:in:web";
  }

  private static String id(int i) {
    return "count-" + i;
  }

  private String payload(int i) {
    return "{\"id\":\"%s\",\"command\":\"count\",\"dataset\":\"ratings\",\"where\":\"%s\"}"
        .formatted(id(i), predicates.get(i)); // No predicate here has what JSON would escape.
  }

  private void push() {
    String[] payloads = new String[COUNTS];
    for (int i = 0; i < COUNTS; i++) {
      payloads[i] = payload(i);
    }
    redis.jedis().rpush(list(), payloads);
  }

  private void awaitAnswers() {
    List<String> waiting = IntStream.range(0, COUNTS).mapToObj(DispatchedBatch::id).toList();
    long start = System.nanoTime();
    while (!waiting.isEmpty()) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        throw new CannotRunException(
            "Cannot wait any longer: " + waiting.size() + " counts have no answer");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CannotRunException("Cannot wait for answers: interrupted", e);
      }
      Map<String, CommandState> states = queue.states(waiting);
      waiting =
          waiting.stream()
              .filter(id -> !states.containsKey(id) || !states.get(id).isFinal())
              .toList();
    }
  }

  private int compare(long dispatchedNanos, Dataset<Row> ratings) {
    Map<Integer, CommandRecord> records = new HashMap<>();
    for (int i = 0; i < COUNTS; i++) {
      int number = i;
      queue.read(id(i)).ifPresent(record -> records.put(number, record));
    }
    ratings.filter(predicates.get(0)).count(); // Reads the rows into memory.
    int differences = COUNTS;
    for (CommandRecord record : records.values()) {
      differences -= record.state() == CommandState.RESULT_READY ? 1 : 0;
    }
    long start = System.nanoTime();
    for (int i = 0; i < COMPARED; i++) {
      long truth = ratings.filter(predicates.get(i)).count();
      if (!result(records.get(i)).startsWith("{\"count\":" + truth + ",")) {
        differences++;
      }
    }
    long sparkNanos = System.nanoTime() - start;
    TextTable table = new TextTable("", "counts", "time", "each", "differences");
    table.add(
        "Spark filter(p).count()",
        number(COMPARED),
        seconds(sparkNanos),
        each(sparkNanos, COMPARED),
        "");
    table.add(
        "Kindling, one pass",
        number(COUNTS),
        seconds(dispatchedNanos),
        each(dispatchedNanos, COUNTS),
        number(differences));
    table.print(out);
    say(
        """

        Spark's rows are cached, and it counts the first %d, one after the other. Kindling's time goes
        from the driver's first look at the list to the last answer in Redis, the making of its columns
        included. HGET 'kindling:queue:{%s}:cmd:%s' result
        %s
        """,
        COMPARED, name, id(0), result(records.get(0)));
    return differences;
  }

  private static String result(@Nullable CommandRecord record) {
    String result = record == null ? null : record.result();
    return result == null ? "none" : result;
  }

  private static String number(int value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  private static String each(long nanos, int counts) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6 / counts);
  }

  private void removeQueue() {
    ScanParams pattern = new ScanParams().match("kindling:queue:{" + name + "}:*").count(1_000);
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      ScanResult<String> found = redis.jedis().scan(cursor, pattern);
      if (!found.getResult().isEmpty()) {
        redis.jedis().unlink(found.getResult().toArray(String[]::new));
      }
      cursor = found.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("kindling-quickstart-");
    } catch (IOException e) {
      throw new CannotRunException("Cannot make a folder for the ratings: " + e, e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new CannotRunException("Cannot delete " + folder + ": " + e, e);
    }
  }

  private void say(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
