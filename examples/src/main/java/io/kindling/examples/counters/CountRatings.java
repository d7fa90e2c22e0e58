package io.kindling.examples.counters;

import io.kindling.core.Redis;
import io.kindling.examples.Arguments;
import io.kindling.examples.EmbeddedRedis;
import io.kindling.examples.Program;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Counts ratings in a Spark job that fails on purpose: {@code examples/run counters}. */
public final class CountRatings {

  private static final String USAGE =
      """
      usage: examples/run counters [options]

      Counts film ratings in a Spark job that fails, speculates, loses an executor and runs twice,
      with Spark's accumulators and with Kindling, and compares both with the truth. Exit code 0 if
      Kindling's counters are exact, 1 if any differs, 2 if it cannot run.

        --data FOLDER   ratings: a folder of MovieLens 100K (u.data) or of MovieTweetings
                        (ratings.dat); default: MovieTweetings as shipped
        --redis URI     a Redis that runs already, such as redis://localhost:6379; at the end the
                        run is removed from it; default: starts one of its own
        --keep          leaves the run there: kindling:count:{ratings-...}, for seven days
        --help          prints this
      """;

  private CountRatings() {}

  /** Runs it; {@code --help} says how. */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  static int run(PrintStream out, PrintStream err, String... args) {
    return Program.exitCode("counters", err, () -> run(out, Arguments.of(args)));
  }

  private static int run(PrintStream out, Arguments rest) {
    Path data =
        Path.of(System.getProperty("kindling.examples", "examples"), "data", "movietweetings-100k");
    @Nullable String uri = null;
    boolean keep = false;
    while (rest.hasNext()) {
      switch (rest.next()) {
        case "--data" -> data = Path.of(rest.value());
        case "--redis" -> uri = rest.value();
        case "--keep" -> keep = true;
        case "--help", "-h" -> {
          out.print(USAGE);
          return 0;
        }
        default -> throw rest.notUnderstood("--data, --redis, --keep, --help");
      }
    }
    if (uri != null) {
      return run(out, uri, data, keep);
    }
    try (EmbeddedRedis own = EmbeddedRedis.start()) {
      return run(out, own.uri(), data, /* keep= */ true); // it goes as a whole
    }
  }

  private static int run(PrintStream out, String uri, Path data, boolean keep) {
    try (Redis redis = Redis.connect(uri)) {
      int differences = Count.run(out, redis, data, keep);
      out.println("differences: " + differences);
      return differences == 0 ? 0 : 1;
    }
  }
}
