package io.kindling.ml.factor;

import io.kindling.core.Redis;
import io.kindling.core.RedisKeys;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisScript;
import io.kindling.core.RedisScripts;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.ModelStore;
import io.kindling.ml.format.ModelFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The registry of one factor model, field by field, as {@code docs/format/factors-v1.md} lays it
 * down. What it shares with a model's hash is moved by the same scripts.
 */
final class FactorHash {

  static final String PREFIX = "kindling:factors";

  /** The keys of all registries, as SCAN matches them; buckets have something behind the brace. */
  static final String ALL = PREFIX + ":{*}";

  static final String MOVED = "MOVED";
  static final String CHANGED = "CHANGED";
  static final String MISSING = "MISSING";

  private static final RedisScript PROMOTE =
      RedisScript.fromClasspath(ModelStore.class, "promote.lua");
  private static final RedisScript RETIRE =
      RedisScript.fromClasspath(ModelStore.class, "retire.lua");
  private static final RedisScript COMMIT =
      RedisScript.fromClasspath(FactorHash.class, "commit.lua");

  private static final Pattern VERSION = Pattern.compile("v([1-9]\\d{0,17})");
  private static final Pattern FIELD = Pattern.compile("(v[1-9]\\d{0,17})(:.*)?");

  private final Redis redis;
  private final String name;
  private final String key;

  FactorHash(Redis redis, String name) {
    this.redis = redis;
    this.name = name;
    this.key = RedisKeys.of(PREFIX, name);
  }

  /** The model of a key that {@link #ALL} matches. */
  static String nameOf(String key) {
    return key.substring(PREFIX.length() + 2, key.length() - 1);
  }

  String name() {
    return name;
  }

  String key() {
    return key;
  }

  /** Returns the version if it is one. */
  static String checkVersion(String version) {
    if (!VERSION.matcher(version).matches()) {
      throw new IllegalArgumentException(
          "Cannot use version '" + version + "', allowed are v1, v2 and so on");
    }
    return version;
  }

  /** What orders versions: the number behind the v. */
  static long number(String version) {
    return Long.parseLong(version.substring(1));
  }

  @Nullable String live() {
    return redis.jedis().hget(key, "live");
  }

  @Nullable String previous() {
    return redis.jedis().hget(key, "previous");
  }

  /**
   * The version that is read and taught.
   *
   * @throws ModelNotFoundException if there is none
   */
  String requireLive() {
    String live = live();
    if (live == null) {
      throw new ModelNotFoundException(
          "Cannot find factors '" + name + "': '" + key + "' has no live version");
    }
    return live;
  }

  /** Takes a version number that nobody has and nobody else gets, and leaves a trace of it. */
  String begin(int buckets) {
    String version = "v" + redis.jedis().hincrBy(key, "last", 1);
    redis.jedis().hset(key, version + ":buckets", Integer.toString(buckets));
    return version;
  }

  /** Completes a version: the state, and last of all the metadata. */
  void complete(String version, FactorMetadata metadata, FactorProgress progress) {
    redis.jedis().hset(key, version + ":state", progress.toJson());
    redis.jedis().hset(key, version, metadata.toText());
  }

  /** A complete version's metadata; null if there is none. */
  @Nullable FactorMetadata metadata(String version) {
    String text = redis.jedis().hget(key, version);
    return text == null ? null : FactorMetadata.parse(text, where(version));
  }

  FactorMetadata requireMetadata(String version) {
    FactorMetadata metadata = metadata(version);
    if (metadata == null) {
      throw notFound(version);
    }
    return metadata;
  }

  /** How far a complete version has learned. */
  FactorProgress progress(String version, int buckets) {
    List<String> fields = redis.jedis().hmget(key, version, version + ":state");
    if (fields.get(0) == null) {
      throw notFound(version);
    }
    if (fields.get(1) == null) {
      throw new ModelFormatException("Cannot read the state of " + where(version) + ": none");
    }
    return FactorProgress.parse(fields.get(1), buckets, where(version));
  }

  /** Moves the state; {@link #MOVED}, {@link #MISSING}, or the state that is there instead. */
  String commit(String version, FactorProgress before, FactorProgress after) {
    Object reply =
        redis
            .scripts()
            .call(COMMIT, List.of(key), List.of(version, before.toJson(), after.toJson()));
    return (String) Objects.requireNonNull(RedisScripts.text(reply));
  }

  /** What a promotion came to: {@link #MOVED}, {@link #CHANGED} or {@link #MISSING}. */
  record Promotion(String outcome, @Nullable String live) {}

  Promotion promote(String version, @Nullable String expected) {
    Object reply =
        redis
            .scripts()
            .call(
                PROMOTE,
                List.of(key),
                List.of(version, expected == null ? "" : expected, key + ":live"));
    List<?> parts = (List<?>) Objects.requireNonNull(RedisScripts.text(reply));
    String live = (String) parts.get(1);
    return new Promotion((String) parts.get(0), live.isEmpty() ? null : live);
  }

  /** All versions of which anything is stored, complete or not, in the order of their numbers. */
  List<String> storedVersions() {
    Set<Long> numbers = new TreeSet<>();
    for (String field : redis.jedis().hkeys(key)) {
      Matcher matcher = FIELD.matcher(field);
      if (matcher.matches()) {
        numbers.add(number(matcher.group(1)));
      }
    }
    return numbers.stream().map(number -> "v" + number).toList();
  }

  /** Removes versions with all their vectors, except the live and the previous one. */
  List<String> remove(List<String> versions) {
    List<String> removed = new ArrayList<>();
    for (String version : versions) {
      Object reply = redis.scripts().call(RETIRE, List.of(key, key + ":scored"), List.of(version));
      if (Long.valueOf(1).equals(reply)) {
        unlink(version);
        removed.add(version);
      }
    }
    return removed;
  }

  private void unlink(String version) {
    String text = redis.jedis().hget(key, version + ":buckets");
    int buckets = text == null ? 0 : Math.min(Integer.parseInt(text), FactorMetadata.MAX_BUCKETS);
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (int bucket = 0; bucket < buckets; bucket++) {
        for (FactorKind kind : FactorKind.values()) {
          pipeline.unlink(FactorBuckets.key(name, version, kind, bucket));
        }
      }
    }
    redis.jedis().hdel(key, version + ":state", version + ":buckets");
  }

  ModelNotFoundException notFound(String version) {
    return new ModelNotFoundException(
        "Cannot find " + where(version) + ": stored are " + storedVersions());
  }

  /** A version for messages. */
  String where(String version) {
    return "factors '" + name + "' " + version + " at '" + key + "'";
  }
}
