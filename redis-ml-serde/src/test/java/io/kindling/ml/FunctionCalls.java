package io.kindling.ml;

import io.kindling.core.Redis;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisReplyException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;

/**
 * A model's hash and the functions called on it as {@code docs/functions.md} says, without any of
 * the library's clients.
 */
public final class FunctionCalls {

  private final Redis redis;
  private final UnifiedJedis jedis;
  private final ModelHash hash;

  FunctionCalls(Redis redis, String name) {
    this.redis = redis;
    this.jedis = redis.jedis();
    this.hash = new ModelHash(redis, name);
  }

  /** Installs the functions if need be, publishes the forest and warms it. */
  public static FunctionCalls serving(Redis redis, String name, Forest forest) {
    redis.functions().ensure(ModelFunctions.LIBRARY);
    FunctionCalls calls = new FunctionCalls(redis, name);
    calls.publish(forest);
    calls.warm();
    return calls;
  }

  String key() {
    return hash.key();
  }

  /** Writes a forest and makes it live without warming it. */
  String publish(Forest forest) {
    return publish(forest, 0);
  }

  String publish(Forest forest, int maxNodes) {
    String version = write(forest.toBytes(), forest, maxNodes);
    hash.promote(version, hash.live());
    return version;
  }

  /** Installs the functions if need be, stores the pipeline, makes it live and warms it. */
  public static FunctionCalls serving(Redis redis, String name, Pipeline pipeline) {
    redis.functions().ensure(ModelFunctions.LIBRARY);
    FunctionCalls calls = new FunctionCalls(redis, name);
    calls.publish(pipeline);
    calls.warm();
    return calls;
  }

  /** Writes a pipeline and makes it live without warming it. */
  String publish(Pipeline pipeline) {
    String version = write(pipeline.toBytes());
    hash.promote(version, hash.live());
    return version;
  }

  /** Writes bytes with no more metadata than the functions read. */
  String write(byte[] bytes) {
    String version = hash.nextVersion();
    List<String> digests = ModelHash.digests(bytes);
    for (int i = 0; i < digests.size(); i++) {
      int start = i * ModelHash.CHUNK_BYTES;
      jedis.hset(
          utf8(key()),
          utf8(version + ":" + i),
          Arrays.copyOfRange(bytes, start, Math.min(bytes.length, start + ModelHash.CHUNK_BYTES)));
    }
    jedis.hset(key(), version + ":id", ModelHash.identity(digests));
    jedis.hset(
        key(),
        version,
        String.format(
            "{\"format\":1,\"bytes\":%d,\"chunks\":[\"%s\"]}",
            bytes.length, String.join("\",\"", digests)));
    return version;
  }

  /**
   * What {@code kindling_transform} makes of each row: its columns, texts, lists of texts and
   * nulls, or the error line.
   */
  public List<Object> transformAll(List<? extends Map<String, ?>> rows) {
    return rowByRow("kindling_transform", rows);
  }

  /** What {@code kindling_explain} makes of each row, or the error line. */
  public List<Object> explainFields(List<? extends Map<String, ?>> rows) {
    return rowByRow("kindling_explain", rows).stream()
        .map(reply -> reply instanceof Map<?, ?> named ? prediction(named) : reply)
        .toList();
  }

  private static Object prediction(Map<?, ?> named) {
    return new Prediction(
        number(Objects.requireNonNull(named.get("prediction"))),
        (String) named.get("label"),
        numbers(Objects.requireNonNull(named.get("raw"))),
        numbers(Objects.requireNonNull(named.get("probability"))),
        (String) Objects.requireNonNull(named.get("version")));
  }

  private List<Object> rowByRow(String function, List<? extends Map<String, ?>> rows) {
    return rows.stream().map(row -> rowOf(function, row)).toList();
  }

  private Object rowOf(String function, Map<String, ?> row) {
    List<?> reply;
    try {
      reply = (List<?>) call(function, FieldArguments.of(row).toArray());
    } catch (RedisReplyException e) {
      return e.reply();
    }
    Map<String, Object> named = new HashMap<>();
    for (int i = 0; i < reply.size(); i += 2) {
      named.put((String) reply.get(i), reply.get(i + 1));
    }
    return named;
  }

  /** Writes these bytes as if they were the forest's. */
  String write(byte[] bytes, Forest forest, int maxNodes) {
    String version = hash.nextVersion();
    hash.write(
        version,
        bytes,
        new ModelMetadata(
            bytes.length,
            ModelHash.digests(bytes),
            forest.numTrees(),
            forest.numNodes(),
            forest.numClasses(),
            new ModelMetadata.OfForest(forest.numFeatures(), forest.aggregation().name()),
            EnumSet.allOf(ModelRuntime.class),
            maxNodes,
            0,
            Instant.EPOCH,
            List.of(),
            Map.of()));
    return version;
  }

  /** Warms until done, and returns how many calls it took. */
  int warm(String... pin) {
    for (int calls = 1; ; calls++) {
      List<?> reply = (List<?>) call("kindling_warm", (Object[]) pin);
      if (reply.get(0).equals(reply.get(1))) {
        return calls;
      }
    }
  }

  /** The reply of {@code kindling_predict}. */
  public String predict(Object... args) {
    return (String) call("kindling_predict", args);
  }

  Prediction explain(Object... args) {
    return explanation(call("kindling_explain", args));
  }

  /** One call a row, sent in batches; rows go as text and as msgpack in turn. */
  public List<Prediction> explainAll(List<FeatureVector> rows) {
    List<Response<Object>> replies = new ArrayList<>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (FeatureVector row : rows) {
        Object features = replies.size() % 2 == 0 ? row.toText() : row.toMsgpack();
        replies.add(
            pipeline.fcallReadonly(
                utf8("kindling_explain"), List.of(utf8(key())), List.of(utf8(features))));
      }
    }
    return replies.stream().map(reply -> explanation(text(reply.get()))).toList();
  }

  private static Prediction explanation(Object explained) {
    List<?> reply = (List<?>) explained;
    if (!reply.get(0).equals("prediction")
        || !reply.get(2).equals("raw")
        || !reply.get(4).equals("probability")
        || !reply.get(6).equals("version")
        || reply.size() != 8) {
      throw new AssertionError("Explained as " + reply);
    }
    return new Prediction(
        number(reply.get(1)), numbers(reply.get(3)), numbers(reply.get(5)), (String) reply.get(7));
  }

  double[] batch(Object... args) {
    return numbers(call("kindling_batch", args));
  }

  /** The error line of a call. */
  String error(String function, Object... args) {
    return error(function, List.of(key()), args);
  }

  String error(String function, List<String> keys, Object... args) {
    try {
      return "No error: " + call(function, keys, args);
    } catch (RedisReplyException e) {
      return e.reply();
    }
  }

  Object call(String function, Object... args) {
    return call(function, List.of(key()), args);
  }

  Object call(String function, List<String> keys, Object... args) {
    Object reply =
        jedis.fcallReadonly(
            utf8(function),
            keys.stream().map(FunctionCalls::utf8).toList(),
            Arrays.stream(args).map(FunctionCalls::utf8).toList());
    return text(Objects.requireNonNull(reply));
  }

  private static Object text(Object reply) {
    if (reply instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    return reply instanceof List<?> list ? list.stream().map(FunctionCalls::text).toList() : reply;
  }

  private static double[] numbers(Object reply) {
    return ((List<?>) reply).stream().mapToDouble(FunctionCalls::number).toArray();
  }

  /** A number of a reply. */
  public static double number(Object reply) {
    return switch ((String) reply) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble((String) reply);
    };
  }

  /** Whether the functions compute exponentials or powers for it, which are C's, not Java's. */
  public static boolean isByLibrary(Pipeline pipeline) {
    return GoldenAnswers.isByLibrary(pipeline);
  }

  /** A vector of a reply: dense as a list, sparse as text. */
  public static FeatureVector vector(Object reply) {
    if (reply instanceof List<?> elements) {
      return FeatureVector.dense(numbers(elements));
    }
    String text = (String) reply;
    String[] places = text.isEmpty() ? new String[0] : text.split(",", -1);
    int[] indices = new int[places.length];
    double[] values = new double[places.length];
    for (int i = 0; i < places.length; i++) {
      int colon = places[i].indexOf(':');
      indices[i] = Integer.parseInt(places[i].substring(0, colon));
      values[i] = number(places[i].substring(colon + 1));
    }
    return FeatureVector.sparse(indices, values);
  }

  private static byte[] utf8(Object argument) {
    return argument instanceof byte[] bytes
        ? bytes
        : String.valueOf(argument).getBytes(StandardCharsets.UTF_8);
  }
}
