package io.kindling.ml;

import io.kindling.ml.format.ModelFormatException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code docs/functions.md} lays down, in the terms that both clients share: arguments,
 * replies, error codes and the limits of a batch.
 */
final class ServingProtocol {

  static final String PREDICT = "kindling_predict";
  static final String EXPLAIN = "kindling_explain";
  static final String BATCH = "kindling_batch";
  static final String WARM = "kindling_warm";

  /** How long a client repeats a call that compiles. */
  static final Duration COLD_TIMEOUT = Duration.ofSeconds(30);

  static final int MAX_CLASSES = 10_000;
  static final int MAX_TREES = 100_000;
  static final int MAX_NUMBERS = 500_000;
  static final int MAX_METADATA_BYTES = 1_000_000;

  private static final String COLD = "KINDLINGCOLD";
  private static final String SKIP = "KINDLINGSKIP";
  private static final String LIMIT = "KINDLINGLIMIT";
  private static final String MISSING = "KINDLINGMISSING";
  private static final long MAX_BATCH_COST = 4_000_000;
  private static final int MAX_FEATURE_BYTES = 262_144;

  private ServingProtocol() {}

  /** The arguments behind the key: the version, unless it is the live one, and rows. */
  static List<byte[]> arguments(@Nullable String version, List<byte[]> rows) {
    List<byte[]> arguments = new ArrayList<>(rows.size() + 1);
    if (version != null) {
      arguments.add(utf8("@" + version));
    }
    arguments.addAll(rows);
    return arguments;
  }

  /** A row in the faster of the two encodings. */
  static byte[] encode(FeatureVector row) {
    return row.toMsgpack();
  }

  static List<byte[]> encode(List<FeatureVector> rows) {
    return rows.stream().map(ServingProtocol::encode).toList();
  }

  /** The reply of {@link #PREDICT}. */
  static double number(@Nullable Object reply) {
    String text = text(reply);
    return switch (text) {
      case "nan", "-nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        try {
          yield Double.parseDouble(text);
        } catch (NumberFormatException e) {
          throw new IllegalStateException(
              "Cannot read '"
                  + text
                  + "' as a number: it is a pipeline's label, explain gives the prediction, too",
              e);
        }
      }
    };
  }

  /** The reply of {@link #BATCH}; NaN for a row that a pipeline leaves out. */
  static double[] numbers(@Nullable Object reply) {
    return list(reply).stream()
        .mapToDouble(row -> row == null ? Double.NaN : number(row))
        .toArray();
  }

  /** The reply of {@link #EXPLAIN}: names and values in turn. */
  static Prediction explanation(@Nullable Object reply) {
    double prediction = Double.NaN;
    String label = null;
    double[] raw = {};
    double[] probability = {};
    String version = "";
    List<?> parts = list(reply);
    for (int i = 0; i + 1 < parts.size(); i += 2) {
      Object value = parts.get(i + 1);
      switch (text(parts.get(i))) {
        case "prediction" -> prediction = number(value);
        case "raw" -> raw = numbers(value);
        case "probability" -> probability = numbers(value);
        case "label" -> label = value == null ? null : text(value);
        case "version" -> version = text(value);
        default -> {} // a name that a later library adds
      }
    }
    return new Prediction(prediction, label, raw, probability, version);
  }

  /** The reply of {@link #WARM}: whether everything is compiled. */
  static boolean isWarm(@Nullable Object reply) {
    List<?> doneAndTotal = list(reply);
    return doneAndTotal.get(0) instanceof Long done && done.equals(doneAndTotal.get(1));
  }

  static boolean isCold(String line) {
    return hasCode(line, COLD);
  }

  static boolean isSkip(String line) {
    return hasCode(line, SKIP);
  }

  static boolean isLimit(String line) {
    return hasCode(line, LIMIT);
  }

  static boolean isMissing(String line) {
    return hasCode(line, MISSING);
  }

  static boolean isWithoutLibrary(String line) {
    return line.startsWith("ERR Function not found");
  }

  /** Whether the library refused, and not Redis itself. */
  static boolean isRefusal(String line) {
    return line.startsWith("KINDLING");
  }

  private static boolean hasCode(String line, String code) {
    return line.equals(code) || line.startsWith(code + " ");
  }

  /** What a forest takes of the bound on nodes: a leaf of many classes counts as several. */
  static long compiledNodes(Forest forest) {
    return forest.numNodes() + (long) forest.leafWidth() / 8 * forest.numLeaves();
  }

  /**
   * A version and what a row of a batch costs with it.
   *
   * @param version as in {@code v3}
   * @param rowCost nodes + trees x max(numClasses, 1); of a pipeline as its metadata says
   */
  record Cost(String version, long rowCost) {

    /** Reads it from a version's metadata; empty if it cannot be told, and the server says why. */
    static Optional<Cost> of(String version, String json) {
      try {
        ModelMetadata metadata = ModelMetadata.parse(json, version);
        if (metadata.schema() instanceof ModelMetadata.OfPipeline pipeline) {
          return Optional.of(new Cost(version, pipeline.rowCost()));
        }
        long leaves = (long) metadata.trees() * Math.max(metadata.numClasses(), 1);
        return Optional.of(new Cost(version, metadata.nodes() + leaves));
      } catch (ModelFormatException e) {
        return Optional.empty(); // of a later format; a later library may serve it
      }
    }
  }

  /** Whether a batch keeps the limits of one call. */
  static boolean fitsOneCall(List<byte[]> rows, long rowCost) {
    return split(rows, rowCost).size() <= 1;
  }

  /** Cuts a batch into calls that keep the limits; a row that breaks one alone goes alone. */
  static List<List<byte[]>> split(List<byte[]> rows, long rowCost) {
    long maxRows = Math.max(1, MAX_BATCH_COST / Math.max(1, rowCost));
    List<List<byte[]>> calls = new ArrayList<>();
    int first = 0;
    long bytes = 0;
    for (int i = 0; i < rows.size(); i++) {
      bytes += rows.get(i).length;
      if (i > first && (i - first == maxRows || bytes > MAX_FEATURE_BYTES)) {
        calls.add(rows.subList(first, i));
        first = i;
        bytes = rows.get(i).length;
      }
    }
    if (first < rows.size()) {
      calls.add(rows.subList(first, rows.size()));
    }
    return calls;
  }

  private static List<?> list(@Nullable Object reply) {
    if (reply instanceof List<?> list) {
      return list;
    }
    throw unexpected(reply);
  }

  private static String text(@Nullable Object reply) {
    if (reply instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    throw unexpected(reply);
  }

  private static IllegalStateException unexpected(@Nullable Object reply) {
    return new IllegalStateException(
        "Cannot read a reply of type "
            + (reply == null ? "null" : reply.getClass().getSimpleName())
            + "; is the function library kindling another one?");
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
