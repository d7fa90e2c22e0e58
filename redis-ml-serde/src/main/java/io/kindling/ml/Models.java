package io.kindling.ml;

import io.kindling.core.ConfigException;
import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisUnavailableException;
import io.kindling.ml.format.ModelFormatException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLClassLoader;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The registry of models as a command line: what {@link ModelStore} does, for people and scripts.
 *
 * <pre>{@code
 * java -cp kindling-spark.jar io.kindling.ml.Models list
 * java -cp kindling-spark.jar io.kindling.ml.Models rollback titanic --redis redis://redis.example:6379
 * }</pre>
 *
 * <p>It ends with 0 if all is done, 1 if it was refused, 2 if the arguments are wrong, 3 if Redis
 * cannot be reached, 4 if somebody else moved the live version meanwhile.
 *
 * @since 0.1
 */
public final class Models {

  private static final int DONE = 0;
  private static final int REFUSED = 1;
  private static final int MISUSED = 2;
  private static final int UNAVAILABLE = 3;
  private static final int CONFLICT = 4;

  private static final String DEFAULT_URI = "localhost:6379";
  private static final String URI_VARIABLE = "KINDLING_REDIS";

  private static final String USAGE =
      """
      usage: Models COMMAND [--redis URI]
        list                       all models
        list NAME                  the versions of a model
        describe NAME [VERSION]    all that is known of a version, or of the live one
        promote NAME VERSION       make a stored version live, after the checks of its publication
        rollback NAME              make the previous version live again
        prune NAME [--retention T] remove what is older than T (as in 12h, 7d; 0 without it),
                                   but never the live and the previous version
        library                    print the function library, for FUNCTION LOAD
      The URI is --redis, else the environment variable KINDLING_REDIS, else localhost:6379.
      Exit codes: 0 done, 1 refused, 2 wrong arguments, 3 Redis cannot be reached, 4 live was moved
      by somebody else meanwhile.
      """;

  private static final Pattern RETENTION = Pattern.compile("(\\d{1,9})([smhd])");

  /** What was typed cannot be understood. */
  private static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
      super(message);
    }
  }

  /** The arguments, taken apart. */
  private record Arguments(List<String> words, Map<String, String> options) {

    static Arguments of(String[] args) {
      List<String> words = new ArrayList<>();
      Map<String, String> options = new TreeMap<>();
      for (int i = 0; i < args.length; i++) {
        if (!args[i].startsWith("--")) {
          words.add(args[i]);
        } else if (!args[i].equals("--redis") && !args[i].equals("--retention")) {
          throw new UsageException(
              "Cannot understand option '" + args[i] + "', allowed are --redis and --retention");
        } else if (i + 1 == args.length) {
          throw new UsageException("Cannot understand option '" + args[i] + "' without a value");
        } else {
          options.put(args[i], args[++i]);
        }
      }
      return new Arguments(words, options);
    }

    String command() {
      return words.get(0);
    }

    /** The words behind the command, of which there are this many. */
    List<String> operands(int min, int max, String allowed) {
      List<String> operands = words.subList(1, words.size());
      if (operands.size() < min || operands.size() > max) {
        throw new UsageException(
            "Cannot understand '"
                + String.join(" ", words)
                + "': allowed is "
                + command()
                + " "
                + allowed);
      }
      return operands;
    }
  }

  private final ModelStore store;
  private final PrintStream out;

  private Models(ModelStore store, PrintStream out) {
    this.store = store;
    this.out = out;
  }

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    if (!BundledSlf4j.isNeeded()) {
      System.exit(run(System.out, System.err, System.getenv(URI_VARIABLE), args));
    }
    try (URLClassLoader loader = BundledSlf4j.loader()) {
      loader
          .loadClass(Models.class.getName())
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    } catch (IOException | ReflectiveOperationException e) {
      System.err.println("Models: Cannot run without slf4j-api: " + e.getMessage());
      System.exit(MISUSED);
    }
  }

  /**
   * Runs one command.
   *
   * @param environment the URI to use without {@code --redis}; null if there is none
   * @return the exit code
   */
  static int run(PrintStream out, PrintStream err, @Nullable String environment, String... args) {
    try {
      if (args.length == 0) {
        throw new UsageException("Cannot do anything without a command");
      }
      if (List.of("help", "--help", "-h").contains(args[0])) {
        out.print(USAGE);
        return DONE;
      }
      if (args.length == 1 && args[0].equals("library")) {
        out.print(ModelFunctions.LIBRARY.source());
        return DONE;
      }
      Arguments arguments = Arguments.of(args);
      String uri =
          arguments
              .options()
              .getOrDefault("--redis", environment == null ? DEFAULT_URI : environment);
      checkRetention(arguments);
      try (Redis redis = Redis.connect(uri)) {
        new Models(ModelStore.of(redis), out).run(arguments);
      }
      return DONE;
    } catch (UsageException e) {
      return failed(err, MISUSED, e.getMessage() + "\n" + USAGE.stripTrailing());
    } catch (ConfigException | IllegalArgumentException e) {
      return failed(err, MISUSED, e.getMessage());
    } catch (RedisUnavailableException e) {
      return failed(err, UNAVAILABLE, e.getMessage());
    } catch (PromotionConflictException e) {
      return failed(err, CONFLICT, e.getMessage());
    } catch (KindlingException e) {
      return failed(err, REFUSED, e.getMessage());
    }
  }

  private static int failed(PrintStream err, int code, @Nullable String message) {
    err.println("Models: " + message);
    return code;
  }

  private static void checkRetention(Arguments arguments) {
    if (arguments.options().containsKey("--retention")
        && !(arguments.words().size() > 0 && arguments.command().equals("prune"))) {
      throw new UsageException("Cannot use --retention here, allowed is prune NAME --retention T");
    }
  }

  private void run(Arguments arguments) {
    if (arguments.words().isEmpty()) {
      throw new UsageException("Cannot do anything without a command");
    }
    switch (arguments.command()) {
      case "list" -> list(arguments.operands(0, 1, "[NAME]"));
      case "describe" -> describe(arguments.operands(1, 2, "NAME [VERSION]"));
      case "promote" -> promote(arguments.operands(2, 2, "NAME VERSION"));
      case "rollback" -> rollback(arguments.operands(1, 1, "NAME"));
      case "prune" -> {
        List<String> operands = arguments.operands(1, 1, "NAME [--retention T]");
        prune(operands.get(0), retention(arguments.options().getOrDefault("--retention", "0s")));
      }
      default ->
          throw new UsageException(
              "Cannot understand command '"
                  + arguments.command()
                  + "', allowed are list, describe, promote, rollback, prune, library");
    }
  }

  private void list(List<String> operands) {
    if (!operands.isEmpty()) {
      listVersions(operands.get(0));
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("model", "live", "previous", "versions"));
    for (String name : store.names()) {
      List<ModelVersion> versions;
      try {
        versions = store.versions(name);
      } catch (ModelFormatException e) {
        rows.add(List.of(name, "?", "?", e.getMessage()));
        continue;
      }
      rows.add(
          List.of(
              name,
              withState(versions, ModelVersion.State.LIVE),
              withState(versions, ModelVersion.State.PREVIOUS),
              String.valueOf(versions.size())));
    }
    print(rows);
  }

  private static String withState(List<ModelVersion> versions, ModelVersion.State state) {
    return versions.stream()
        .filter(version -> version.state() == state)
        .map(ModelVersion::version)
        .findFirst()
        .orElse("-");
  }

  private void listVersions(String name) {
    List<ModelVersion> versions = store.versions(name);
    if (versions.isEmpty()) {
      throw new ModelNotFoundException("Cannot find model '" + name + "': it has no version");
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("version", "state", "created", "bytes", "nodes", "metrics"));
    for (ModelVersion version : versions) {
      rows.add(
          List.of(
              version.version(),
              version.state().name().toLowerCase(Locale.ROOT),
              version.created().toString(),
              String.valueOf(version.bytes()),
              String.valueOf(version.nodes()),
              metrics(version.metrics())));
    }
    print(rows);
  }

  private static String metrics(Map<String, Double> metrics) {
    return metrics.isEmpty()
        ? "-"
        : new TreeMap<>(metrics)
            .entrySet().stream()
                .map(metric -> metric.getKey() + "=" + metric.getValue())
                .collect(Collectors.joining(" "));
  }

  private void describe(List<String> operands) {
    String name = operands.get(0);
    ModelDescription model =
        operands.size() == 1 ? store.describe(name) : store.describe(name, operands.get(1));
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("model", name));
    rows.add(List.of("version", model.version().version()));
    rows.add(List.of("state", model.version().state().name().toLowerCase(Locale.ROOT)));
    rows.add(List.of("kind", model.kind()));
    rows.add(
        List.of(
            "runtimes",
            model.runtimes().stream()
                .sorted()
                .map(ModelRuntime::text)
                .collect(Collectors.joining(" "))));
    rows.add(List.of("created", model.version().created().toString()));
    rows.add(List.of("bytes", String.valueOf(model.version().bytes())));
    rows.add(List.of("checksum", model.checksum()));
    rows.add(List.of("trees", String.valueOf(model.version().trees())));
    rows.add(List.of("nodes", String.valueOf(model.version().nodes())));
    rows.add(List.of("classes", String.valueOf(model.numClasses())));
    if (model.numFeatures() > 0) {
      rows.add(List.of("features", String.valueOf(model.numFeatures())));
    }
    for (Column field : model.fields()) {
      rows.add(
          List.of(
              "field",
              field.name()
                  + " "
                  + field.type().name().toLowerCase(Locale.ROOT)
                  + (field.size() > 0 ? " " + field.size() : "")));
    }
    model.stages().forEach(stage -> rows.add(List.of("stage", stage)));
    rows.add(List.of("golden rows", String.valueOf(model.goldenRows())));
    new TreeMap<>(model.metrics())
        .forEach((metric, value) -> rows.add(List.of("metric", metric + " " + value)));
    print(rows);
  }

  private void promote(List<String> operands) {
    store.promote(operands.get(0), operands.get(1));
    out.println(operands.get(1) + " of '" + operands.get(0) + "' is live");
  }

  private void rollback(List<String> operands) {
    String version = store.rollback(operands.get(0));
    out.println(version + " of '" + operands.get(0) + "' is live");
  }

  private void prune(String name, Duration retention) {
    List<String> removed = store.prune(name, retention);
    out.println(
        removed.isEmpty()
            ? "nothing of '" + name + "' to remove"
            : "removed " + String.join(" ", removed) + " of '" + name + "'");
  }

  private static Duration retention(String text) {
    Matcher matcher = RETENTION.matcher(text);
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        case "h" -> Duration.ofHours(number);
        default -> Duration.ofDays(number);
      };
    }
    try {
      Duration retention = Duration.parse(text);
      if (!retention.isNegative()) {
        return retention;
      }
    } catch (DateTimeException e) {
      // said below
    }
    throw new UsageException(
        "Cannot understand retention '" + text + "', allowed is 90s, 30m, 12h, 7d or PT36H");
  }

  /** Columns of the width of their longest cell. */
  private void print(List<List<String>> rows) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
