package io.kindling.ml.factor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.core.Redis;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.ModelVersion;
import io.kindling.ml.PromotionConflictException;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.registry.VersionHash;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Factor models in Redis, by name and version.
 *
 * <pre>{@code
 * FactorStore store = FactorStore.of(redis);
 * store.create("films", settings);           // v1: empty, live from now on
 * FactorTable films = store.open("films");   // its vectors
 * store.rollback("films");                   // back to the version before
 * }</pre>
 *
 * <p>The live version is the one that is read and that trainers teach. Unlike a served model's it
 * changes with every batch; what never changes is its rank, seed and settings. A version that is
 * neither live nor previous is not taught and falls behind its stream.
 *
 * <p>Thread-safe; holds no connection of its own. Needs no Spark.
 *
 * @since 0.1
 */
public final class FactorStore {

  /** Into how many hashes the users, and the items, of a version are spread. */
  public static final int DEFAULT_BUCKETS = 64;

  private final Redis redis;

  private FactorStore(Redis redis) {
    this.redis = redis;
  }

  /** The factor models of a Redis installation. */
  public static FactorStore of(Redis redis) {
    return new FactorStore(redis);
  }

  /**
   * Makes an empty version and promotes it: every user and every item has the vector that the
   * settings' seed gives it.
   *
   * @param name of the model; becomes part of keys: no braces, no control characters
   * @return the new version, as in {@code v3}
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   */
  @CanIgnoreReturnValue
  public String create(String name, FactorSettings settings) {
    FactorHash hash = new FactorHash(redis, name);
    String before = hash.live();
    String version = stage(name, settings).complete().version();
    hash.makeLive(version, before);
    return version;
  }

  /** Begins a version that is to be filled, of {@link #DEFAULT_BUCKETS}. */
  public FactorStaging stage(String name, FactorSettings settings) {
    return stage(name, settings, DEFAULT_BUCKETS);
  }

  /**
   * Begins a version that is to be filled.
   *
   * @param buckets into how many hashes users, and items, are spread: some thousand ids each are
   *     well; 1 to 16,384
   */
  public FactorStaging stage(String name, FactorSettings settings, int buckets) {
    FactorMetadata metadata =
        new FactorMetadata(
            settings.rank(),
            buckets,
            settings.seed(),
            SettingsText.of(settings),
            Instant.now().truncatedTo(ChronoUnit.MILLIS),
            Map.of());
    FactorHash hash = new FactorHash(redis, name);
    return new FactorStaging(redis, hash, hash.begin(buckets), metadata);
  }

  /**
   * The vectors of the live version. They stay those of this version when another goes live.
   *
   * @throws ModelNotFoundException if there is no such model
   * @throws ModelFormatException if its metadata is damaged, or of a newer format
   */
  public FactorTable open(String name) {
    FactorHash hash = new FactorHash(redis, name);
    String live = hash.requireLive();
    return new FactorTable(redis, name, live, hash.requireMetadata(live));
  }

  /**
   * The vectors of a certain version.
   *
   * @param version as in {@code v3}
   * @throws ModelNotFoundException if there is no such model or version
   * @throws ModelFormatException if its metadata is damaged, or of a newer format
   */
  public FactorTable open(String name, String version) {
    FactorHash hash = new FactorHash(redis, name);
    return new FactorTable(
        redis, name, version, hash.requireMetadata(FactorHash.checkVersion(version)));
  }

  /**
   * The name of the live version, as in {@code v3}. One HGET.
   *
   * @throws ModelNotFoundException if there is no such model
   */
  public String liveVersion(String name) {
    return new FactorHash(redis, name).requireLive();
  }

  /**
   * Makes a version live.
   *
   * @throws ModelNotFoundException if there is no such model or version
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   */
  public void promote(String name, String version) {
    FactorHash hash = new FactorHash(redis, name);
    String before = hash.live();
    hash.requireMetadata(FactorHash.checkVersion(version));
    hash.makeLive(version, before);
  }

  /**
   * Makes a version live if a certain one is live now.
   *
   * @param expected the version that has to be live
   * @throws ModelNotFoundException if there is no such model or version
   * @throws PromotionConflictException if another one is live
   */
  public void promote(String name, String version, String expected) {
    FactorHash hash = new FactorHash(redis, name);
    hash.requireMetadata(FactorHash.checkVersion(version));
    hash.makeLive(version, FactorHash.checkVersion(expected));
  }

  /**
   * Makes the previous version live again; a second call undoes the first. The previous version has
   * learned up to the promotion that ended it, or further where its trainer keeps an event log.
   *
   * @return the version that is live now
   * @throws ModelNotFoundException if there is no previous version
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   */
  @CanIgnoreReturnValue
  public String rollback(String name) {
    FactorHash hash = new FactorHash(redis, name);
    String live = hash.requireLive();
    String previous = hash.requirePrevious(live);
    hash.requireMetadata(previous);
    hash.makeLive(previous, live);
    return previous;
  }

  /**
   * The names of all factor models, sorted. Scans the keys of every master: for people, not for
   * programs in a hurry.
   */
  public List<String> names() {
    return VersionHash.names(redis, FactorHash.PREFIX);
  }

  /**
   * The complete versions of a model by number; empty if there is no such model.
   *
   * @throws ModelFormatException if the metadata of one is damaged, or of a newer format
   */
  public List<FactorVersion> versions(String name) {
    FactorHash hash = new FactorHash(redis, name);
    String live = hash.live();
    String previous = hash.previous();
    List<FactorVersion> versions = new ArrayList<>();
    for (String version : hash.storedVersions()) {
      FactorMetadata metadata = hash.metadata(version);
      if (metadata != null) {
        ModelVersion.State state =
            version.equals(live)
                ? ModelVersion.State.LIVE
                : version.equals(previous)
                    ? ModelVersion.State.PREVIOUS
                    : ModelVersion.State.STORED;
        versions.add(
            new FactorVersion(
                version,
                state,
                metadata.created(),
                metadata.k(),
                metadata.settings(),
                hash.progress(version, metadata.buckets()),
                metadata.metrics()));
      }
    }
    return versions;
  }

  /** As {@link #prune(String, Duration)}, whatever their age. */
  @CanIgnoreReturnValue
  public List<String> prune(String name) {
    return prune(name, Duration.ZERO);
  }

  /**
   * Removes every version below the highest of the live and the previous one that is older than the
   * retention, except these two. What lies above may be a retraining at work.
   *
   * @param retention how long versions are kept, by the publishers' clocks and this one
   * @return the removed versions, complete or not
   */
  @CanIgnoreReturnValue
  public List<String> prune(String name, Duration retention) {
    return new FactorHash(redis, name).prune(retention);
  }

  /**
   * Removes a version that is neither live nor previous, complete or not.
   *
   * @return whether it was removed
   */
  @CanIgnoreReturnValue
  public boolean remove(String name, String version) {
    return !new FactorHash(redis, name).remove(List.of(FactorHash.checkVersion(version))).isEmpty();
  }
}
