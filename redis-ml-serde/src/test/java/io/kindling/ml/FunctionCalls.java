package io.kindling.ml;

import io.kindling.core.Redis;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisReplyException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
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

  String predict(Object... args) {
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

  static double number(Object reply) {
    return switch ((String) reply) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble((String) reply);
    };
  }

  private static byte[] utf8(Object argument) {
    return argument instanceof byte[] bytes
        ? bytes
        : String.valueOf(argument).getBytes(StandardCharsets.UTF_8);
  }
}
