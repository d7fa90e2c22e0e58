package io.kindling.ml.factor;

import io.kindling.core.Redis;
import io.kindling.core.RedisKeys;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisScript;
import io.kindling.core.RedisScripts;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.PromotionConflictException;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.registry.VersionHash;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The registry of one factor model, field by field, as {@code docs/format/factors-v1.md} lays it
 * down. Its vectors stand in other keys.
 */
final class FactorHash extends VersionHash<FactorMetadata> {

  static final String PREFIX = "kindling:factors";

  static final String MOVED = "MOVED";
  static final String MISSING = "MISSING";

  private static final RedisScript COMMIT =
      RedisScript.fromClasspath(FactorHash.class, "commit.lua");

  private final Redis redis;

  FactorHash(Redis redis, String name) {
    super(redis, "factors", name, RedisKeys.of(PREFIX, name));
    this.redis = redis;
  }

  @Override
  protected FactorMetadata parse(String text, String where) {
    return FactorMetadata.parse(text, where);
  }

  @Override
  protected Instant created(FactorMetadata metadata) {
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

  /** Takes a version number that nobody has and nobody else gets, and leaves a trace of it. */
  String begin(int buckets) {
    String version = nextVersion();
    redis.jedis().hset(key(), version + ":buckets", Integer.toString(buckets));
    return version;
  }

  /** Completes a version: the state, and last of all the metadata. */
  void complete(String version, FactorMetadata metadata, FactorProgress progress) {
    redis.jedis().hset(key(), version + ":state", progress.toJson());
    redis.jedis().hset(key(), version, metadata.toText());
  }

  /** How far a complete version has learned. */
  FactorProgress progress(String version, int buckets) {
    List<String> fields = redis.jedis().hmget(key(), version, version + ":state");
    if (fields.get(0) == null) {
      throw missing(version);
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
            .call(COMMIT, List.of(key()), List.of(version, before.toJson(), after.toJson()));
    return (String) Objects.requireNonNull(RedisScripts.text(reply));
  }

  @Override
  protected void erase(List<String> versions) {
    versions.forEach(this::unlink);
  }

  private void unlink(String version) {
    String text = redis.jedis().hget(key(), version + ":buckets");
    int buckets = text == null ? 0 : Math.min(Integer.parseInt(text), FactorMetadata.MAX_BUCKETS);
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (int bucket = 0; bucket < buckets; bucket++) {
        for (FactorKind kind : FactorKind.values()) {
          pipeline.unlink(FactorBuckets.key(name(), version, kind, bucket));
        }
      }
    }
    redis.jedis().hdel(key(), version + ":state", version + ":buckets");
  }
}
