package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.FuzzTarget;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.step.HandleInvalid;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/**
 * The function library in a real Redis. The first byte tells which function is called, or that a
 * model is stored first: its bytes, with digests that fit, or its metadata; the second one which
 * keys; the rest are arguments, or the model. What comes back is an answer, or one line of an error
 * that the contract knows or Redis itself makes; whatever it was, the next row is answered as ever.
 */
final class ServingFunctionsFuzz implements FuzzTarget {
  /** Between arguments. Never part of UTF-8 nor of msgpack. */
  private static final byte SEPARATOR = (byte) 0xc1;

  private static final List<String> FUNCTIONS =
      List.of(
          "kindling_predict",
          "kindling_explain",
          "kindling_batch",
          "kindling_transform",
          "kindling_warm",
          "kindling_version");
  private static final int STORE_FOREST = 6;
  private static final int STORE_PIPELINE = 7;
  private static final int STORE_BYTES = 8;
  private static final int STORE_METADATA = 9;
  private static final int ACTIONS = 10;

  private static final Pattern REFUSAL =
      Pattern.compile(
          "KINDLING(ARG|ROW|SKIP|MISSING|LIMIT|DAMAGED|FORMAT) .+|KINDLINGCOLD \\d+/\\d+");
  private static final Pattern REDIS_OWN =
      Pattern.compile(
          "ERR (Number of keys can't be greater than number of args"
              + "|Bad number of keys provided|wrong number of arguments.*)");
  private static final Pattern SEEN = Pattern.compile("'[^']*'|[0-9.e+-]+|\\\\.");

  private final Redis redis = Redis.connect(TestRedis.shared().config());
  private final UnifiedJedis jedis = redis.jedis();
  private final String prefix = TestRedis.prefix() + "fuzz-";
  private final FunctionCalls forest;
  private final FunctionCalls fate;
  private final List<String> keys;
  private final String answer;

  ServingFunctionsFuzz() {
    forest =
        FunctionCalls.serving(
            redis,
            prefix + "forest",
            RandomForests.next(new Random(7), Aggregation.SUM_DISTRIBUTIONS));
    fate = FunctionCalls.serving(redis, prefix + "fate", ServedPipelines.fate(HandleInvalid.ERROR));
    FunctionCalls assembled =
        FunctionCalls.serving(redis, prefix + "assembled", ServedPipelines.assembled());
    FunctionCalls vector =
        FunctionCalls.serving(
            redis,
            prefix + "vector",
            ServedPipelines.ofVector(
                RandomForests.next(new Random(8), Aggregation.SUM_DISTRIBUTIONS)));
    String text = "kindling:model:{" + prefix + "text}";
    jedis.set(text, "no hash");
    keys =
        List.of(
            forest.key(),
            fate.key(),
            assembled.key(),
            vector.key(),
            "kindling:model:{" + prefix + "none}",
            text);
    answer = ask();
  }

  /** What both kinds of models answer to a row. */
  private String ask() {
    return forest.call("kindling_explain", "0:1.5,1:-2")
        + " "
        + fate.call("kindling_explain", "Sex", "female", "Age", "40", "Pclass", "3");
  }

  @Override
  public @Nullable String accept(byte[] input) {
    if (input.length < 2) {
      return null;
    }
    int action = Byte.toUnsignedInt(input[0]) % ACTIONS;
    byte[] rest = Arrays.copyOfRange(input, 2, input.length);
    String outcome =
        action < FUNCTIONS.size()
            ? call(FUNCTIONS.get(action), keys(Byte.toUnsignedInt(input[1])), arguments(rest))
            : stored(action, rest);
    assertThat(ask()).isEqualTo(answer);
    return FUNCTIONS.get(action % FUNCTIONS.size()) + action + outcome;
  }

  private List<String> keys(int choice) {
    return switch (choice % 16) {
      case 14 -> List.of();
      case 15 -> List.of(keys.get(0), keys.get(0));
      default -> List.of(keys.get(choice % 16 % keys.size()));
    };
  }

  private static List<byte[]> arguments(byte[] rest) {
    var arguments = new ArrayList<byte[]>();
    int start = 0;
    for (int i = 0; i <= rest.length; i++) {
      if (i == rest.length || rest[i] == SEPARATOR) {
        arguments.add(Arrays.copyOfRange(rest, start, i));
        start = i + 1;
      }
    }
    return arguments;
  }

  private String stored(int action, byte[] model) {
    FunctionCalls calls = new FunctionCalls(redis, prefix + "stored");
    try {
      if (action == STORE_METADATA) {
        jedis.hset(calls.key(), "live", "v1");
        jedis.hset(calls.key(), "v1:id", "0123456789abcdef");
        jedis.hset(utf8(calls.key()), utf8("v1"), model);
      } else {
        String version =
            calls.write(
                switch (action) {
                  case STORE_FOREST -> ModelFuzz.enveloped(1, model);
                  case STORE_PIPELINE -> ModelFuzz.enveloped(2, model);
                  default -> model;
                });
        jedis.hset(calls.key(), "live", version);
      }
      List<String> key = List.of(calls.key());
      return call("kindling_warm", key, List.of())
          + call("kindling_explain", key, List.of(utf8("0:1")))
          + call("kindling_transform", key, List.of(utf8("a"), utf8("1")));
    } finally {
      jedis.del(calls.key());
    }
  }

  private String call(String function, List<String> keys, List<byte[]> arguments) {
    try {
      Object reply =
          jedis.fcallReadonly(
              utf8(function), keys.stream().map(ServingFunctionsFuzz::utf8).toList(), arguments);
      return reply instanceof List<?> list ? " list" + Math.min(list.size(), 8) : " text";
    } catch (RedisReplyException e) {
      String line = e.reply();
      assertThat(line).hasSizeLessThan(2_000).doesNotContain("\n", "\r");
      assertThat(line)
          .as("what %s replies", function)
          .satisfiesAnyOf(
              reply -> assertThat(reply).matches(REFUSAL),
              reply -> assertThat(reply).matches(REDIS_OWN));
      return " " + SEEN.matcher(line).replaceAll("?");
    }
  }

  @Override
  public Collection<byte[]> seeds() {
    var seeds = new ArrayList<byte[]>();
    FeatureVector sparse = FeatureVector.sparse(new int[] {0, 1}, new double[] {1.5, -2});
    for (int action = 0; action < FUNCTIONS.size(); action++) {
      seeds.add(seed(action, 0, "0:1.5,1:-2"));
      seeds.add(seed(action, 0, "@v1", "1:nan,0:-inf"));
      seeds.add(seed(action, 0, (Object) sparse.toMsgpack()));
      seeds.add(seed(action, 0, (Object) FeatureVector.dense(1, 2.5, -3).toMsgpack()));
      seeds.add(seed(action, 0, "0:1", "1:7e-3", ""));
      seeds.add(seed(action, 1, "Sex", "male", "Age", "34", "Pclass", "3"));
      seeds.add(seed(action, 1, "Age", "\\N", "Pclass", "-1", "Sex", "\\\\x"));
      seeds.add(
          seed(action, 2, "Alone", "true", "Name", "é", "Fare", "7.25", "measures", "0:1,3:0"));
      seeds.add(seed(action, 3, "features", "0:1"));
      seeds.add(seed(action, 3, (Object) sparse.toMsgpack()));
      seeds.add(seed(action, 4, "0:1"));
      seeds.add(seed(action, 5, "0:1"));
      seeds.add(seed(action, 14));
      seeds.add(seed(action, 15, "0:1"));
    }
    for (byte[] model : new ModelFuzz().seeds()) {
      int action =
          switch (model[0]) {
            case 'f' -> STORE_FOREST;
            case 'p' -> STORE_PIPELINE;
            case 'm' -> STORE_METADATA;
            default -> STORE_BYTES;
          };
      seeds.add(seed(action, 0, (Object) Arrays.copyOfRange(model, 1, model.length)));
    }
    return seeds;
  }

  private static byte[] seed(int action, int key, Object... arguments) {
    var bytes = new ByteArrayOutputStream();
    bytes.write(action);
    bytes.write(key);
    for (int i = 0; i < arguments.length; i++) {
      if (i > 0) {
        bytes.write(SEPARATOR);
      }
      bytes.writeBytes(arguments[i] instanceof byte[] raw ? raw : utf8((String) arguments[i]));
    }
    return bytes.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    redis.close();
  }
}
