package io.kindling.ml;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.registry.VersionHash;
import java.time.Duration;
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
 * <p>A version answers only after it is stored whole and what serves it, every Redis node or the
 * JVM, has answered its golden rows as the publisher did. Whatever happens to a publisher, the
 * version that was live before stays live, complete and unchanged.
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
  public String publish(String name, Model model) {
    return publish(name, model, PublishOptions.defaults());
  }

  /**
   * Stores a model as a new version, checks it in the runtimes that serve it, makes it live, and
   * removes versions below it that are older than the retention, except the one that was live
   * before.
   *
   * <p>It is checked by the functions in Redis, unless it is published for the JVM alone; a
   * pipeline in this JVM, too, from the bytes as Redis gives them back. Where reads go to replicas,
   * they know the version when this returns, or the log warns of the one that does not.
   *
   * @param name of the model; becomes part of a key: no braces, no control characters
   * @return the new version, as in {@code v3}
   * @throws IllegalArgumentException if the model cannot be served from Redis, or a golden row does
   *     not fit it; nothing is stored
   * @throws ModelVerificationException if a golden row is answered differently; the version is
   *     removed
   * @throws PromotionConflictException if another publisher was faster
   */
  @CanIgnoreReturnValue
  public String publish(String name, Model model, PublishOptions options) {
    ModelHash hash = new ModelHash(redis, name);
    Publication publication = Publication.of(model, options);
    prepare(publication.metadata());
    String before = hash.live();
    String version = hash.nextVersion();
    try {
      hash.write(version, publication.bytes(), publication.metadata());
      verify(hash, version, publication.metadata(), model);
    } catch (KindlingException e) {
      throw withdrawn(hash, version, before, e);
    }
    makeLive(hash, version, before, publication.metadata());
    removeBelow(hash, version, options.retention());
    return version;
  }

  private void prepare(ModelMetadata metadata) {
    if (metadata.runtimes().contains(ModelRuntime.FUNCTIONS)) {
      redis.functions().ensure(ModelFunctions.LIBRARY);
    }
  }

  /** Has the version's golden rows answered by what will serve it, which warms it, too. */
  private void verify(ModelHash hash, String version, ModelMetadata metadata, Model model) {
    boolean byFunctions = metadata.runtimes().contains(ModelRuntime.FUNCTIONS);
    if (byFunctions) {
      new ServedModel(redis, hash, version)
          .verify(metadata, GoldenAnswers.ofFunctions(model, metadata));
    }
    // A forest's functions and its evaluator give the same bits, a pipeline's where no exponential
    // is.
    if (!byFunctions || model instanceof Pipeline) {
      LoadedModel.read(hash, version).verify();
    }
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

  private void makeLive(
      ModelHash hash, String version, @Nullable String before, ModelMetadata metadata) {
    hash.makeLive(version, before);
    if (metadata.runtimes().contains(ModelRuntime.FUNCTIONS)) {
      try {
        new ServedModel(redis, hash, version).awaitLive(before);
      } catch (KindlingException e) {
        LOG.warn("{} is live; a replica may not know it yet", hash.where(version), e);
      }
    }
  }

  private static void removeBelow(ModelHash hash, String version, Duration retention) {
    try {
      hash.removeBelow(ModelHash.number(version), retention);
    } catch (KindlingException e) {
      LOG.warn("{} is live; older versions are left to the next publication", version, e);
    }
  }

  /**
   * The live version of a model that is a forest.
   *
   * @throws ModelNotFoundException if there is no such model
   * @throws ModelFormatException if a chunk is missing or damaged, of a newer format, or if it is a
   *     pipeline
   */
  public Forest load(String name) {
    ModelHash hash = new ModelHash(redis, name);
    return forest(hash, loadLive(hash));
  }

  /**
   * A certain version of a model that is a forest.
   *
   * @param version as in {@code v3}
   * @throws ModelNotFoundException if there is no such model or version
   * @throws ModelFormatException as {@link #load(String)}
   */
  public Forest load(String name, String version) {
    ModelHash hash = new ModelHash(redis, name);
    return forest(hash, LoadedModel.read(hash, ModelHash.checkVersion(version)));
  }

  private static Forest forest(ModelHash hash, LoadedModel loaded) {
    if (loaded.model() instanceof Forest forest) {
      return forest;
    }
    throw new ModelFormatException(
        "Cannot load "
            + hash.where(loaded.version())
            + " as a forest: it is a pipeline, which loadModel gives");
  }

  /**
   * The live version of a model, a forest or a pipeline.
   *
   * @throws ModelNotFoundException if there is no such model
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   */
  public Model loadModel(String name) {
    return loadLive(new ModelHash(redis, name)).model();
  }

  /**
   * A certain version of a model, a forest or a pipeline.
   *
   * @param version as in {@code v3}
   * @throws ModelNotFoundException if there is no such model or version
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   */
  public Model loadModel(String name, String version) {
    return LoadedModel.read(new ModelHash(redis, name), ModelHash.checkVersion(version)).model();
  }

  /**
   * The live version of a model as a value that travels, checked as {@link #loadVersion(String,
   * String)} does.
   *
   * @throws ModelNotFoundException if there is no such model
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   * @throws ModelVerificationException if it answers a golden row differently
   */
  public VersionedModel loadVersion(String name) {
    return checked(loadLive(new ModelHash(redis, name)));
  }

  /**
   * A certain version of a model as a value that travels. It has answered its golden rows in this
   * JVM.
   *
   * @param version as in {@code v3}
   * @throws ModelNotFoundException if there is no such model or version
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   * @throws ModelVerificationException if it answers a golden row differently
   */
  public VersionedModel loadVersion(String name, String version) {
    return checked(LoadedModel.read(new ModelHash(redis, name), ModelHash.checkVersion(version)));
  }

  private static VersionedModel checked(LoadedModel loaded) {
    loaded.verify();
    return loaded.versioned();
  }

  /**
   * The name of the live version, as in {@code v3}. One HGET.
   *
   * @throws ModelNotFoundException if there is no such model
   */
  public String liveVersion(String name) {
    return new ModelHash(redis, name).requireLive();
  }

  /**
   * The version that scores a batch of a stream: the live one when the batch is asked for the first
   * time, and the same whenever it is asked for again, so that a batch which Spark replays has the
   * same answers. One EVALSHA.
   *
   * <p>The last 100 batches of a stream are remembered, until 30 days after the last of them; as
   * long as they are, no publication and no {@code prune} removes their versions.
   *
   * @param stream what tells its batches from those of others: a query's id, 1 to 512 characters
   * @param batch 0 or more, and below 2^53
   * @throws ModelNotFoundException if there is no such model, or the batch is older than those that
   *     are remembered
   */
  public String versionOfBatch(String name, String stream, long batch) {
    if (stream.isBlank() || stream.length() > 512 || batch < 0 || batch >= 1L << 53) {
      throw new IllegalArgumentException(
          String.format(
              "Cannot score batch %d of stream '%s' with model '%s': allowed are batches from 0 to"
                  + " 2^53 - 1, and names of streams of 1 to 512 characters",
              batch, stream, name));
    }
    return new ModelHash(redis, name).versionOfBatch(stream, batch);
  }

  /** The live version, not yet verified. */
  static LoadedModel loadLive(ModelHash hash) {
    String version = hash.requireLive();
    for (int i = 1; ; i++) {
      try {
        return LoadedModel.read(hash, version);
      } catch (ModelNotFoundException | ModelFormatException e) {
        String live = hash.requireLive();
        if (live.equals(version) || i == MAX_FOLLOWED) {
          throw e;
        }
        version = live; // replaced, and removed, while it was read
      }
    }
  }

  /**
   * Makes a stored version live, after the same checks as at its publication.
   *
   * @throws ModelNotFoundException if there is no such model or version
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   * @throws ModelVerificationException if a golden row is answered differently
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   */
  public void promote(String name, String version) {
    ModelHash hash = new ModelHash(redis, name);
    ModelHash.checkVersion(version);
    promote(hash, version, hash.live());
  }

  private void promote(ModelHash hash, String version, @Nullable String before) {
    LoadedModel loaded = LoadedModel.read(hash, version);
    prepare(loaded.metadata());
    verify(hash, version, loaded.metadata(), loaded.model());
    makeLive(hash, version, before, loaded.metadata());
  }

  /**
   * Makes the previous version live again; a second call undoes the first.
   *
   * @return the version that is live now
   * @throws ModelNotFoundException if there is no previous version
   * @throws ModelFormatException as {@link #promote}
   * @throws ModelVerificationException as {@link #promote}
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   */
  @CanIgnoreReturnValue
  public String rollback(String name) {
    ModelHash hash = new ModelHash(redis, name);
    String live = hash.requireLive();
    String previous = hash.requirePrevious(live);
    promote(hash, previous, live);
    return previous;
  }

  /**
   * The names of all models, sorted. Scans the keys of every master: for people, not for programs
   * in a hurry.
   */
  public List<String> names() {
    return VersionHash.names(redis, ModelHash.PREFIX);
  }

  /**
   * The complete versions of a model by number; empty if there is no such model.
   *
   * @throws ModelFormatException if the metadata of one is damaged, or of a newer format
   */
  public List<ModelVersion> versions(String name) {
    ModelHash hash = new ModelHash(redis, name);
    String live = hash.live();
    String previous = hash.previous();
    List<ModelVersion> versions = new ArrayList<>();
    for (String version : hash.storedVersions()) {
      ModelMetadata metadata = hash.metadata(version);
      if (metadata != null) {
        versions.add(version(version, metadata, live, previous));
      }
    }
    return versions;
  }

  private static ModelVersion version(
      String version, ModelMetadata metadata, @Nullable String live, @Nullable String previous) {
    ModelVersion.State state =
        version.equals(live)
            ? ModelVersion.State.LIVE
            : version.equals(previous) ? ModelVersion.State.PREVIOUS : ModelVersion.State.STORED;
    return new ModelVersion(
        version,
        state,
        metadata.created(),
        metadata.bytes(),
        metadata.trees(),
        metadata.nodes(),
        metadata.metrics());
  }

  /**
   * What the metadata of the live version says; its bytes are not read.
   *
   * @throws ModelNotFoundException if there is no such model
   * @throws ModelFormatException if the metadata is damaged, or of a newer format
   */
  public ModelDescription describe(String name) {
    return describe(name, new ModelHash(redis, name).requireLive());
  }

  /**
   * What the metadata of a version says; its bytes are not read.
   *
   * @param version as in {@code v3}
   * @throws ModelNotFoundException if there is no such model or version
   * @throws ModelFormatException if the metadata is damaged, or of a newer format
   */
  public ModelDescription describe(String name, String version) {
    ModelHash hash = new ModelHash(redis, name);
    ModelMetadata metadata = hash.requireMetadata(ModelHash.checkVersion(version));
    return ModelDescription.of(version(version, metadata, hash.live(), hash.previous()), metadata);
  }

  /** As {@link #prune(String, Duration)}, whatever their age. */
  @CanIgnoreReturnValue
  public List<String> prune(String name) {
    return prune(name, Duration.ZERO);
  }

  /**
   * Removes every version below the highest of the live and the previous one that is older than the
   * retention, except these two and those of batches that a stream may replay. What lies above may
   * be somebody's publication at work.
   *
   * @param retention how long after their publication versions are kept, by the publishers' clocks
   *     and this one
   * @return the removed versions, complete or not
   */
  @CanIgnoreReturnValue
  public List<String> prune(String name, Duration retention) {
    return new ModelHash(redis, name).prune(retention);
  }
}
