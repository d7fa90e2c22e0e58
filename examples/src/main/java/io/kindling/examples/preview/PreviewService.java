package io.kindling.examples.preview;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.http.PreviewServerOptions;
import io.kindling.examples.Arguments;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.EmbeddedRedis;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * A driver with the preview API and its page over a million generated profiles, or over Parquet
 * files of one's own: {@code examples/run preview-service}. Ends with {@link #close}, or Ctrl-C.
 */
public final class PreviewService implements AutoCloseable {
  private static final String QUEUE = "previews";
  private static final String TENANT = "web";
  private static final int DEFAULT_ROWS = 1_000_000;
  private static final int DEFAULT_PORT = 8765;

  private static final String USAGE =
      """
      usage: examples/run preview-service [options]

      Serves a page, and the API behind it, on which anybody with the printed token asks how many rows
      of a large frame match a predicate, watches the estimate narrow, and sees some of the rows.
      Ends with Ctrl-C.

        --parquet PATH  rows of your own: a Parquet file or folder; default: generated profiles
        --rows N        how many profiles to generate, 1000 to 100000000; default: 1000000
        --port N        where to listen on 127.0.0.1, 0 for a free port; default: 8765
        --redis URI     a Redis that runs already, such as redis://localhost:6379; default: starts one
                        of its own
        --help          prints this
      """;

  /** What it was asked for. */
  private record Options(
      @Nullable Path parquet, int rows, int port, @Nullable String redisUri, boolean help) {}

  private final PrintStream out;
  private final String token;
  private final @Nullable EmbeddedRedis ownRedis;
  private final SparkSession spark;
  private final Path folder;
  private final Dispatcher dispatcher;

  private PreviewService(Options options, PrintStream out) {
    this.out = out;
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    token = HexFormat.of().formatHex(random);
    String given = options.redisUri();
    EmbeddedRedis started = given == null ? EmbeddedRedis.start() : null;
    ownRedis = started;
    String uri = started != null ? started.uri() : String.valueOf(given);
    spark = startSpark();
    folder = temporary();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder), "delete profiles"));
    long start = System.nanoTime();
    String name = options.parquet() == null ? "profiles" : "rows";
    dispatcher =
        Dispatcher.builder(spark, RedisConfig.parse(uri), QUEUE)
            .tenant(TENANT, 3)
            .tenant("batch", 1)
            .dataset(name, rows(options), folder.resolve(name).toString())
            // At the end Redis may go first: nothing is worth waiting for it then.
            .queueOptions(queue -> queue.patience(Duration.ofSeconds(2)))
            .drain(Duration.ofSeconds(5))
            .preview(
                PreviewServerOptions.builder()
                    .address("127.0.0.1", options.port())
                    .operatorToken(token, TENANT)
                    .build())
            .build();
    say(
        "%s: ready after %.1f s.",
        name.equals("profiles") ? "%,d generated profiles".formatted(options.rows()) : name,
        (System.nanoTime() - start) / 1e9);
    printHowToAsk(name, name.equals("profiles") ? Profiles.EXAMPLE : "true");
  }

  /** Runs it; {@code --help} says how. */
  public static void main(String[] args) {
    try {
      Options options = parse(Arguments.of(args));
      if (options.help()) {
        System.out.print(USAGE);
        return;
      }
      start(System.out, options).dispatcher.run(); // Ctrl-C closes it.
    } catch (CannotRunException | KindlingException e) {
      System.err.println("preview-service: " + e.getMessage());
      System.exit(2);
    }
  }

  /** Starts it and says where it is. */
  static PreviewService start(PrintStream out, String... args) {
    return start(out, parse(Arguments.of(args)));
  }

  private static PreviewService start(PrintStream out, Options options) {
    return new PreviewService(options, out);
  }

  private static Options parse(Arguments rest) {
    Path parquet = null;
    int rows = DEFAULT_ROWS;
    int port = DEFAULT_PORT;
    String redisUri = null;
    boolean help = false;
    while (rest.hasNext()) {
      switch (rest.next()) {
        case "--parquet" -> parquet = Path.of(rest.value());
        case "--rows" -> rows = rest.number(1_000, 100_000_000);
        case "--port" -> port = rest.number(0, 65_535);
        case "--redis" -> redisUri = rest.value();
        case "--help", "-h" -> help = true;
        default -> throw rest.notUnderstood("--parquet, --rows, --port, --redis, --help");
      }
    }
    return new Options(parquet, rows, port, redisUri, help);
  }

  private static SparkSession startSpark() {
    SparkSession spark =
        SparkSession.builder()
            .config(Dispatcher.configure(new SparkConf()))
            .appName("Kindling preview service")
            .master("local[*]")
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
    return spark;
  }

  private Dataset<Row> rows(Options options) {
    if (options.parquet() == null) {
      return Profiles.generate(spark, options.rows());
    }
    try {
      return spark.read().parquet(options.parquet().toAbsolutePath().toString());
    } catch (Exception e) {
      if (e instanceof AnalysisException) { // Checked, and not declared by Scala.
        throw new CannotRunException(
            "Cannot read Parquet from " + options.parquet().toAbsolutePath(), e);
      }
      throw e;
    }
  }

  private void printHowToAsk(String dataset, String where) {
    String curl = "curl -s -H 'Authorization: Bearer " + token + "'";
    say(
        """

        Page:   %s
        Token:  %s

        Or without the page; the first line replies with an id, the second with its estimate:

          id=$(%s -H 'Content-Type: application/json' -d '{"dataset":"%s","where":"%s","rows":3}' %spreview | cut -d'"' -f4)
          %s %sestimate/$id

        Ends with Ctrl-C.\
        """,
        address(), token, curl, dataset, where, address(), curl, address());
  }

  /** Where the page is. */
  URI address() {
    return dispatcher.previewAddress().orElseThrow();
  }

  /** Answers until it is closed. */
  void run() {
    dispatcher.run();
  }

  private void say(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("kindling-previews-");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make a folder for the rows", e);
    }
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("Cannot delete " + folder + ": " + e);
    }
  }

  @Override
  public void close() {
    dispatcher.close();
    spark.stop();
    if (ownRedis != null) {
      ownRedis.close();
    }
    delete(folder);
  }
}
