package io.kindling.ml;

import io.kindling.core.Redis;
import io.kindling.core.RedisKeys;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisScript;
import io.kindling.core.RedisScripts;
import io.kindling.ml.format.ModelFormatException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The Redis hash of one model, field by field, as {@code docs/format/model-v1.md} lays it down.
 *
 * <p>A version is complete when its metadata stands in the hash, which is written last; from then
 * on it never changes until it is retired. Version numbers are never given out twice.
 */
final class ModelHash {

  static final int CHUNK_BYTES = 60_000;

  private static final String PREFIX = "kindling:model";

  /** The keys of all models, as SCAN matches them. */
  static final String ALL = PREFIX + ":{*}";

  /** Chunks read at a time, about a megabyte; fields removed at a time. */
  private static final int STEP = 16;

  private static final RedisScript PROMOTE =
      RedisScript.fromClasspath(ModelHash.class, "promote.lua");
  private static final RedisScript RETIRE =
      RedisScript.fromClasspath(ModelHash.class, "retire.lua");
  private static final RedisScript BATCH = RedisScript.fromClasspath(ModelHash.class, "batch.lua");

  /**
   * Batches of a stream that keep their version. Structured Streaming replays one; a DStream that
   * has fallen behind, all that it has queued.
   */
  static final int BATCHES_REMEMBERED = 100;

  /** For how long after its last batch a stream is remembered. */
  static final Duration STREAM_REMEMBERED = Duration.ofDays(30);

  private static final Pattern VERSION = Pattern.compile("v([1-9]\\d{0,17})");
  private static final Pattern FIELD = Pattern.compile("(v[1-9]\\d{0,17})(:.*)?");

  private final Redis redis;
  private final String name;
  private final String key;

  ModelHash(Redis redis, String name) {
    this.redis = redis;
    this.name = name;
    this.key = key(name);
  }

  /**
   * The key of a model.
   *
   * @throws IllegalArgumentException if the name may not stand in a key
   */
  static String key(String name) {
    return RedisKeys.of(PREFIX, name);
  }

  /** The model of a key that {@link #ALL} matches. */
  static String nameOf(String key) {
    return key.substring(PREFIX.length() + 2, key.length() - 1);
  }

  String key() {
    return key;
  }

  /** Where {@code promote.lua} tells which version has become live. */
  String channel() {
    return key + ":live";
  }

  String name() {
    return name;
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

  /** The version that answers; null if none does. */
  @Nullable String live() {
    return redis.jedis().hget(key, "live");
  }

  /** The version that answered before; null if none did. */
  @Nullable String previous() {
    return redis.jedis().hget(key, "previous");
  }

  /** A version number that nobody has and nobody else gets. */
  String nextVersion() {
    return "v" + redis.jedis().hincrBy(key, "last", 1);
  }

  /** Writes a version: bytes, identity, and last of all the metadata, which makes it complete. */
  void write(String version, byte[] bytes, ModelMetadata metadata) {
    try (RedisPipeline pipeline = redis.pipeline()) {
      byte[] keyBytes = utf8(key);
      for (int i = 0; i < metadata.chunks().size(); i++) {
        pipeline.hset(keyBytes, utf8(version + ":" + i), chunk(bytes, i));
      }
      pipeline.hset(key, version + ":id", identity(metadata.chunks()));
    }
    redis.jedis().hset(key, version, metadata.toJson());
  }

  /** The SHA-1 of every chunk of a model's bytes. */
  static List<String> digests(byte[] bytes) {
    List<String> digests = new ArrayList<>();
    for (int i = 0; i * (long) CHUNK_BYTES < bytes.length; i++) {
      digests.add(sha1(chunk(bytes, i)));
    }
    return digests;
  }

  private static byte[] chunk(byte[] bytes, int i) {
    int start = i * CHUNK_BYTES;
    return Arrays.copyOfRange(bytes, start, start + Math.min(CHUNK_BYTES, bytes.length - start));
  }

  /** By which runtimes know the bytes of a version, wherever they stand. */
  static String identity(List<String> digests) {
    return sha1(utf8(String.join("", digests)));
  }

  /** A complete version's metadata; null if there is no such version, or it is incomplete. */
  @Nullable ModelMetadata metadata(String version) {
    String json = redis.jedis().hget(key, version);
    return json == null ? null : ModelMetadata.parse(json, where(version));
  }

  /**
   * A complete version's metadata.
   *
   * @throws ModelNotFoundException if there is no such version, or it is incomplete
   */
  ModelMetadata requireMetadata(String version) {
    ModelMetadata metadata = metadata(version);
    if (metadata == null) {
      throw notFound(version);
    }
    return metadata;
  }

  /**
   * The version that answers.
   *
   * @throws ModelNotFoundException if none does
   */
  String requireLive() {
    String live = live();
    if (live == null) {
      throw new ModelNotFoundException(
          "Cannot find model '" + name + "': '" + key + "' has no live version");
    }
    return live;
  }

  ModelNotFoundException notFound(String version) {
    return new ModelNotFoundException(
        "Cannot find " + where(version) + ": stored are " + storedVersions());
  }

  /**
   * The bytes of a complete version.
   *
   * @throws ModelFormatException if a chunk is missing or damaged
   */
  byte[] read(String version, ModelMetadata metadata) {
    byte[] bytes = new byte[metadata.bytes()];
    List<String> digests = metadata.chunks();
    for (int first = 0; first < digests.size(); first += STEP) {
      byte[][] fields = new byte[Math.min(STEP, digests.size() - first)][];
      for (int i = 0; i < fields.length; i++) {
        fields[i] = utf8(version + ":" + (first + i));
      }
      List<byte[]> chunks = redis.jedis().hmget(utf8(key), fields);
      for (int i = 0; i < fields.length; i++) {
        place(chunks.get(i), first + i, version, metadata, bytes);
      }
    }
    return bytes;
  }

  private void place(
      byte @Nullable [] chunk, int i, String version, ModelMetadata metadata, byte[] bytes) {
    String what = "chunk " + i + " of " + metadata.chunks().size();
    if (chunk == null) {
      throw new ModelFormatException("Cannot load " + where(version) + ": " + what + " is missing");
    }
    int start = i * CHUNK_BYTES;
    String digest = sha1(chunk);
    if (!digest.equals(metadata.chunks().get(i))
        || chunk.length != Math.min(CHUNK_BYTES, bytes.length - start)) {
      throw new ModelFormatException(
          String.format(
              "Cannot load %s: %s (%d bytes) is damaged: its SHA-1 is %s, the metadata says %s",
              where(version), what, chunk.length, digest, metadata.chunks().get(i)));
    }
    System.arraycopy(chunk, 0, bytes, start, chunk.length);
  }

  /** What {@link #promote} came to. */
  record Promotion(Outcome outcome, Optional<String> live) {}

  /** The replies of {@code promote.lua}. */
  enum Outcome {
    MOVED,
    CHANGED,
    MISSING
  }

  /**
   * Makes a version live in one atomic step.
   *
   * @param expected the version that has to be live, null for none
   */
  Promotion promote(String version, @Nullable String expected) {
    Object reply =
        redis
            .scripts()
            .call(
                PROMOTE,
                List.of(key),
                List.of(version, expected == null ? "" : expected, channel()));
    List<?> parts = (List<?>) Objects.requireNonNull(RedisScripts.text(reply));
    String live = (String) parts.get(1);
    return new Promotion(
        Outcome.valueOf((String) parts.get(0)),
        live.isEmpty() ? Optional.empty() : Optional.of(live));
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

  /**
   * The version that scores a batch of a stream, the same however often it is asked.
   *
   * @throws ModelNotFoundException if there is no live version, or the batch is forgotten
   */
  String versionOfBatch(String stream, long batch) {
    Object reply =
        redis
            .scripts()
            .call(
                BATCH,
                List.of(key, memory()),
                List.of(
                    stream,
                    String.valueOf(batch),
                    String.valueOf(BATCHES_REMEMBERED),
                    String.valueOf(STREAM_REMEMBERED.toMillis())));
    List<?> parts = (List<?>) Objects.requireNonNull(RedisScripts.text(reply));
    String text = (String) parts.get(1);
    return switch ((String) parts.get(0)) {
      case "NEW", "AGAIN" -> text;
      case "MISSING" -> requireLive();
      default ->
          throw new ModelNotFoundException(
              String.format(
                  "Cannot tell which version of model '%s' scored batch %d of stream '%s':"
                      + " remembered are %d batches, from %s on",
                  name, batch, stream, BATCHES_REMEMBERED, text));
    };
  }

  /** The hash of what the streams remember. */
  private String memory() {
    return key + ":scored";
  }

  /**
   * Removes versions with all their fields, except the live and the previous one and those of
   * batches that streams remember.
   */
  List<String> remove(List<String> versions) {
    List<String> removed = new ArrayList<>();
    for (String version : versions) {
      Object reply = redis.scripts().call(RETIRE, List.of(key, memory()), List.of(version));
      if (Long.valueOf(1).equals(reply)) {
        removed.add(version);
      }
    }
    List<String> fields = new ArrayList<>();
    for (String field : removed.isEmpty() ? Set.<String>of() : redis.jedis().hkeys(key)) {
      Matcher matcher = FIELD.matcher(field);
      if (matcher.matches() && removed.contains(matcher.group(1))) {
        fields.add(field);
      }
    }
    for (int first = 0; first < fields.size(); first += STEP) {
      List<String> step = fields.subList(first, Math.min(first + STEP, fields.size()));
      redis.jedis().hdel(key, step.toArray(String[]::new));
    }
    return removed;
  }

  /** A version for messages. */
  String where(String version) {
    return "model '" + name + "' " + version + " at '" + key + "'";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha1(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-1", e);
    }
  }
}
