package io.kindling.ml;

import io.kindling.core.Redis;
import io.kindling.core.RedisKeys;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisScript;
import io.kindling.core.RedisScripts;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.registry.VersionHash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Redis hash of one model, field by field, as {@code docs/format/model-v1.md} lays it down.
 *
 * <p>A version is complete when its metadata stands in the hash, which is written last; from then
 * on it never changes until it is retired. Version numbers are never given out twice.
 */
final class ModelHash extends VersionHash<ModelMetadata> {

  static final int CHUNK_BYTES = 60_000;

  static final String PREFIX = "kindling:model";

  /** Chunks read at a time, about a megabyte; fields removed at a time. */
  private static final int STEP = 16;

  private static final RedisScript BATCH = RedisScript.fromClasspath(ModelHash.class, "batch.lua");

  /**
   * Batches of a stream that keep their version. Structured Streaming replays one; a DStream that
   * has fallen behind, all that it has queued.
   */
  static final int BATCHES_REMEMBERED = 100;

  /** For how long after its last batch a stream is remembered. */
  static final Duration STREAM_REMEMBERED = Duration.ofDays(30);

  private final Redis redis;

  ModelHash(Redis redis, String name) {
    super(redis, "model", name, key(name));
    this.redis = redis;
  }

  /**
   * The key of a model.
   *
   * @throws IllegalArgumentException if the name may not stand in a key
   */
  static String key(String name) {
    return RedisKeys.of(PREFIX, name);
  }

  @Override
  protected ModelMetadata parse(String text, String where) {
    return ModelMetadata.parse(text, where);
  }

  @Override
  protected Instant created(ModelMetadata metadata) {
    return metadata.created();
  }

  @Override
  protected ModelNotFoundException notFound(String message) {
    return new ModelNotFoundException(message);
  }

  @Override
  protected PromotionConflictException conflict(
      String version, @Nullable String expected, @Nullable String live) {
    return new PromotionConflictException(name(), version, expected, live);
  }

  /** Writes a version: bytes, identity, and last of all the metadata, which makes it complete. */
  void write(String version, byte[] bytes, ModelMetadata metadata) {
    try (RedisPipeline pipeline = redis.pipeline()) {
      byte[] keyBytes = utf8(key());
      for (int i = 0; i < metadata.chunks().size(); i++) {
        pipeline.hset(keyBytes, utf8(version + ":" + i), chunk(bytes, i));
      }
      pipeline.hset(key(), version + ":id", identity(metadata.chunks()));
    }
    redis.jedis().hset(key(), version, metadata.toJson());
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
      List<byte[]> chunks = redis.jedis().hmget(utf8(key()), fields);
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
                List.of(key(), memory()),
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
                  name(), batch, stream, BATCHES_REMEMBERED, text));
    };
  }

  @Override
  protected void erase(List<String> versions) {
    List<String> fields = fields(versions);
    for (int first = 0; first < fields.size(); first += STEP) {
      List<String> step = fields.subList(first, Math.min(first + STEP, fields.size()));
      redis.jedis().hdel(key(), step.toArray(String[]::new));
    }
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
