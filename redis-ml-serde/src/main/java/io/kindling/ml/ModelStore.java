package io.kindling.ml;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisUnavailableException;
import io.kindling.ml.format.ModelFormatException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models in Redis, by name and version.
 *
 * <pre>{@code
 * ModelStore store = ModelStore.of(redis);
 * String version = store.publish("churn", forest);  // v1, live from now on
 * Forest same = store.load("churn");
 * store.rollback("churn");                          // back to the version before
 * }</pre>
 *
 * <p>A version answers only after it is stored whole and every Redis node that serves it has
 * answered its golden rows as the publisher did. Whatever happens to a publisher, the version that
 * was live before stays live, complete and unchanged.
 *
 * <p>Thread-safe; holds no connection of its own. Driver or service: publishing is not for tasks.
 *
 * @since 0.1
 */
public final class ModelStore {

  /*
   * Several publishers of one model. Each reads the live version first, then takes a number, and at the end
   * moves `live` only if it is still what it read (promote.lua). So of all that saw the same live version
   * exactly one wins.
   *
   * The winner removes everything below its own number but the previous version. What it finds there may be
   * the half-written version of a publisher that is at work; but that one has taken its number, and hence
   * read the live version, before the winner moved it. It has lost already, and is told so whichever step
   * notices it. Versions above the winner's number are left alone: their publishers may have begun later.
   */

  private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);

  /** How often a reader follows a live version that is replaced under its hands. */
  private static final int MAX_FOLLOWED = 3;

  private final Redis redis;

  private ModelStore(Redis redis) {
    this.redis = redis;
  }

  /** The models of a Redis installation. */
  public static ModelStore of(Redis redis) {
    return new ModelStore(redis);
  }

  /** Publishes with {@link PublishOptions#defaults()}. */
  @CanIgnoreReturnValue
  public String publish(String name, Forest forest) {
    return publish(name, forest, PublishOptions.defaults());
  }

  /**
   * Stores a forest as a new version, checks it in Redis, makes it live, and removes the versions
   * below it except the one that was live before.
   *
   * @param name of the model; becomes part of a key: no braces, no control characters
   * @return the new version, as in {@code v3}
   * @throws IllegalArgumentException if the forest cannot be served from Redis, or a golden row
   *     does not fit it; nothing is stored
   * @throws ModelVerificationException if Redis answers a golden row differently; the version is
   *     removed
   * @throws PromotionConflictException if another publisher was faster
   */
  @CanIgnoreReturnValue
  public String publish(String name, Forest forest, PublishOptions options) {
    ModelHash hash = new ModelHash(redis, name);
    ServedModel.checkServable(forest, options.maxNodes());
    byte[] bytes = forest.toBytes();
    ModelMetadata metadata =
        new ModelMetadata(
            bytes.length,
            ModelHash.digests(bytes),
            forest.numTrees(),
            forest.numNodes(),
            forest.numFeatures(),
            forest.numClasses(),
            forest.aggregation().name(),
            options.maxNodes() > PublishOptions.DEFAULT_MAX_NODES ? options.maxNodes() : 0,
            Instant.now().truncatedTo(ChronoUnit.MILLIS),
            answered(forest, options),
            options.metrics());
    ServedModel.checkServable(metadata);
    redis.functions().ensure(ModelFunctions.LIBRARY);

    String before = hash.live();
    String version = hash.nextVersion();
    try {
      hash.write(version, bytes, metadata);
      new ServedModel(redis, hash, version).verify(metadata, ServedModel.tolerance(forest));
    } catch (KindlingException e) {
      throw withdrawn(hash, version, before, e);
    }
    makeLive(hash, version, before);
    removeBelow(hash, version);
    return version;
  }

  /** The golden rows with the answers that were given or, without, those of the evaluator. */
  private static List<ModelMetadata.Golden> answered(Forest forest, PublishOptions options) {
    List<ModelMetadata.Golden> golden = new ArrayList<>();
    ForestEvaluator evaluator = forest.evaluator();
    for (PublishOptions.GoldenRow row : options.golden()) {
      Prediction own = evaluator.explain(row.features()); // also checks that the row fits
      Prediction given = row.answer();
      golden.add(new ModelMetadata.Golden(row.features().toText(), given == null ? own : given));
    }
    if (golden.isEmpty()) {
      for (FeatureVector row : GoldenRows.of(forest)) {
        golden.add(new ModelMetadata.Golden(row.toText(), evaluator.explain(row)));
      }
    }
    return golden;
  }

  /** Removes a version that failed; the reason may be that another publisher has won meanwhile. */
  private static KindlingException withdrawn(
      ModelHash hash, String version, @Nullable String before, KindlingException failure) {
    try {
      String live = hash.live();
      hash.remove(List.of(version));
      if (!Objects.equals(live, before)) {
        KindlingException conflict =
            new PromotionConflictException(hash.name(), version, before, live);
        conflict.addSuppressed(failure);
        return conflict;
      }
    } catch (KindlingException e) {
      failure.addSuppressed(e); // the next publication removes what is left
    }
    return failure;
  }

  static void makeLive(ModelHash hash, String version, @Nullable String expected) {
    ModelHash.Promotion promotion;
    try {
      promotion = hash.promote(version, expected);
    } catch (RedisUnavailableException e) {
      promotion = hash.promote(version, expected); // MOVED if the first call did reach Redis
    }
    switch (promotion.outcome()) {
      case MOVED -> {}
      case CHANGED ->
          throw new PromotionConflictException(
              hash.name(), version, expected, promotion.live().orElse(null));
      case MISSING -> throw notFound(hash, version);
    }
  }

  private static void removeBelow(ModelHash hash, String version) {
    try {
      hash.remove(
          hash.storedVersions().stream()
              .filter(stored -> ModelHash.number(stored) < ModelHash.number(version))
              .toList());
    } catch (KindlingException e) {
      LOG.warn("{} is live; older versions are left to the next publication", version, e);
    }
  }

  /**
   * The live version of a model.
   *
   * @throws ModelNotFoundException if there is no such model
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   */
  public Forest load(String name) {
    ModelHash hash = new ModelHash(redis, name);
    String version = requireLive(hash);
    for (int i = 1; ; i++) {
      try {
        return load(hash, version);
      } catch (ModelNotFoundException | ModelFormatException e) {
        String live = requireLive(hash);
        if (live.equals(version) || i == MAX_FOLLOWED) {
          throw e;
        }
        version = live; // replaced, and removed, while it was read
      }
    }
  }

  /**
   * A certain version of a model.
   *
   * @param version as in {@code v3}
   * @throws ModelNotFoundException if there is no such model or version
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   */
  public Forest load(String name, String version) {
    return load(new ModelHash(redis, name), ModelHash.checkVersion(version));
  }

  private static Forest load(ModelHash hash, String version) {
    return Forest.fromBytes(hash.read(version, requireMetadata(hash, version)));
  }

  /**
   * Makes a stored version live, after the same checks as at its publication.
   *
   * @throws ModelNotFoundException if there is no such model or version
   * @throws ModelVerificationException if Redis answers a golden row differently
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   */
  public void promote(String name, String version) {
    ModelHash hash = new ModelHash(redis, name);
    ModelHash.checkVersion(version);
    promote(hash, version, hash.live());
  }

  private void promote(ModelHash hash, String version, @Nullable String before) {
    ModelMetadata metadata = requireMetadata(hash, version);
    Forest forest = Forest.fromBytes(hash.read(version, metadata));
    redis.functions().ensure(ModelFunctions.LIBRARY);
    new ServedModel(redis, hash, version).verify(metadata, ServedModel.tolerance(forest));
    makeLive(hash, version, before);
  }

  /**
   * Makes the previous version live again; a second call undoes the first.
   *
   * @return the version that is live now
   * @throws ModelNotFoundException if there is no previous version
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   */
  @CanIgnoreReturnValue
  public String rollback(String name) {
    ModelHash hash = new ModelHash(redis, name);
    String live = requireLive(hash);
    String previous = hash.previous();
    if (previous == null) {
      throw new ModelNotFoundException(
          "Cannot roll back model '"
              + name
              + "' at '"
              + hash.key()
              + "': no version before "
              + live);
    }
    promote(hash, previous, live);
    return previous;
  }

  /** The complete versions of a model by number; empty if there is no such model. */
  public List<ModelVersion> versions(String name) {
    ModelHash hash = new ModelHash(redis, name);
    String live = hash.live();
    String previous = hash.previous();
    List<ModelVersion> versions = new ArrayList<>();
    for (String version : hash.storedVersions()) {
      ModelMetadata metadata = hash.metadata(version);
      if (metadata != null) {
        ModelVersion.State state =
            version.equals(live)
                ? ModelVersion.State.LIVE
                : version.equals(previous)
                    ? ModelVersion.State.PREVIOUS
                    : ModelVersion.State.STORED;
        versions.add(
            new ModelVersion(
                version,
                state,
                metadata.created(),
                metadata.bytes(),
                metadata.trees(),
                metadata.nodes(),
                metadata.metrics()));
      }
    }
    return versions;
  }

  /**
   * Removes every version below the highest of the live and the previous one, except these two.
   * What lies above may be somebody's publication at work.
   *
   * @return the removed versions, complete or not
   */
  @CanIgnoreReturnValue
  public List<String> prune(String name) {
    ModelHash hash = new ModelHash(redis, name);
    long highest = 0;
    for (String kept : new @Nullable String[] {hash.live(), hash.previous()}) {
      highest = kept == null ? highest : Math.max(highest, ModelHash.number(kept));
    }
    long below = highest;
    return hash.remove(
        hash.storedVersions().stream()
            .filter(version -> ModelHash.number(version) < below)
            .toList());
  }

  private static String requireLive(ModelHash hash) {
    String live = hash.live();
    if (live == null) {
      throw new ModelNotFoundException(
          "Cannot find model '" + hash.name() + "': '" + hash.key() + "' has no live version");
    }
    return live;
  }

  private static ModelMetadata requireMetadata(ModelHash hash, String version) {
    ModelMetadata metadata = hash.metadata(version);
    if (metadata == null) {
      throw notFound(hash, version);
    }
    return metadata;
  }

  private static ModelNotFoundException notFound(ModelHash hash, String version) {
    return new ModelNotFoundException(
        "Cannot find " + hash.where(version) + ": stored are " + hash.storedVersions());
  }
}
