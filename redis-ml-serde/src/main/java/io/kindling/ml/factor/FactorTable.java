package io.kindling.ml.factor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.core.Redis;
import io.kindling.core.RedisUnavailableException;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.format.ModelFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The vectors of one version of a factor model in Redis.
 *
 * <p>Reading takes any number of ids in one pipeline. A trainer pulls, pushes and commits batches
 * by their sequence: {@code docs/format/factors-v1.md} says how, and why a batch that runs again,
 * after whatever moment of the first time, leaves the same bytes.
 *
 * <p>Thread-safe; holds no connection of its own. Executor safe through {@link #handle}.
 *
 * @since 0.1
 */
public final class FactorTable {

  private final Redis redis;
  private final FactorHash hash;
  private final FactorBuckets buckets;
  private final String name;
  private final String version;
  private final FactorMetadata metadata;

  FactorTable(Redis redis, String name, String version, FactorMetadata metadata) {
    this.redis = redis;
    this.hash = new FactorHash(redis, name);
    this.buckets = new FactorBuckets(redis, hash, version, metadata);
    this.name = name;
    this.version = version;
    this.metadata = metadata;
  }

  /** Of the model. */
  public String name() {
    return name;
  }

  /** As in {@code v3}. */
  public String version() {
    return version;
  }

  /** Length of a vector. */
  public int rank() {
    return metadata.k();
  }

  /** Of the vectors that ids begin with. */
  public long seed() {
    return metadata.seed();
  }

  /** The same table for executors. */
  public FactorHandle handle() {
    return new FactorHandle(redis.config(), name, version, metadata);
  }

  /**
   * How far the version has learned. One HMGET.
   *
   * @throws ModelNotFoundException if the version has been removed
   */
  public FactorProgress progress() {
    return hash.progress(version, metadata.buckets());
  }

  /**
   * The vectors of some ids as they are now; new ids have those that the seed gives.
   *
   * @param ids in any order
   * @throws ModelFormatException if a record is damaged
   */
  public FactorBlock read(FactorKind kind, int[] ids) {
    return buckets.fetch(kind, ids, FactorRecord.MAX_SEQUENCE, null);
  }

  /**
   * The vectors of some ids as a batch begins with them, also if it has begun before.
   *
   * @param ids in any order
   * @param sequence of the batch
   * @param progress of the version before the batch
   * @throws FactorStoreAheadException if a later batch has written to one of the buckets
   * @throws FactorStoreBehindException if one of the buckets has lost writes
   * @throws ModelFormatException if a record is damaged
   */
  public FactorBlock pull(FactorKind kind, int[] ids, long sequence, FactorProgress progress) {
    return buckets.fetch(kind, ids, sequence, progress);
  }

  /**
   * Writes what a batch has moved of a block; what it left as it was is not written. May be
   * repeated.
   *
   * @param sequence of the batch, the same that was pulled for
   * @return the buckets that hold what was moved
   * @throws FactorStoreAheadException if a later batch has written to one of the buckets; others
   *     may have been written by then
   */
  @CanIgnoreReturnValue
  public Set<Integer> push(FactorBlock block, long sequence) {
    Map<Integer, List<byte[]>> records = new TreeMap<>();
    for (int i = 0; i < block.size(); i++) {
      byte[] now = block.changed(i);
      if (now != null) {
        List<byte[]> pairs =
            records.computeIfAbsent(metadata.bucket(block.id(i)), bucket -> new ArrayList<>());
        pairs.add(FactorBuckets.field(block.id(i)));
        pairs.add(new FactorRecord(sequence, now, block.before(i)).encode());
      }
    }
    try {
      buckets.push(block.kind(), records, sequence);
    } catch (RedisUnavailableException e) {
      buckets.push(block.kind(), records, sequence); // Whole records: the same bytes.
    }
    return new TreeSet<>(records.keySet());
  }

  /**
   * Completes a batch: from now on it is in the version. May be repeated.
   *
   * @param before the progress that the batch began with
   * @param after what {@link FactorProgress#after} made of it
   * @throws FactorStoreAheadException if another trainer has moved the version on
   * @throws ModelNotFoundException if the version has been removed
   */
  public void commit(FactorProgress before, FactorProgress after) {
    String now;
    try {
      now = hash.commit(version, before, after);
    } catch (RedisUnavailableException e) {
      now = hash.commit(version, before, after);
    }
    switch (now) {
      case FactorHash.MOVED -> {}
      case FactorHash.MISSING -> throw hash.missing(version);
      default -> {
        FactorProgress other = FactorProgress.parse(now, metadata.buckets(), where());
        throw new FactorStoreAheadException(
            String.format(
                "Cannot complete batch %d of %s: the version is at batch %d (batch %d of stream"
                    + " '%s'): another trainer is ahead",
                after.sequence(), where(), other.sequence(), other.batch(), other.stream()));
      }
    }
  }

  /**
   * Writes vectors as they are before the first batch: to fill a version that is not complete yet.
   *
   * @param factors by id, each of the version's rank
   */
  public void fill(FactorKind kind, Map<Integer, Factors> factors) {
    factors.forEach((id, one) -> checkFactors(kind, id, one));
    buckets.fill(kind, factors);
  }

  private void checkFactors(FactorKind kind, int id, Factors factors) {
    if (factors.vector.length != metadata.k()) {
      throw new IllegalArgumentException(
          String.format(
              "Cannot write %s %d to %s: its vector has %d numbers, the version's have %d",
              kind, id, where(), factors.vector.length, metadata.k()));
    }
    boolean finite = Float.isFinite(factors.bias);
    for (float value : factors.vector) {
      finite &= Float.isFinite(value);
    }
    if (!finite) {
      throw new IllegalArgumentException(
          String.format(
              "Cannot write %s %d to %s: it has a number that is not finite", kind, id, where()));
    }
  }

  /** Takes the vectors of a version one after the other. */
  public interface Visitor {
    /**
     * One vector.
     *
     * @param factors its own copy
     */
    void visit(int id, Factors factors);
  }

  /**
   * Shows all vectors of a bucket as they are now, each once. Batches that complete meanwhile may
   * be in some and not in others.
   *
   * @throws ModelFormatException if a record is damaged
   */
  public void forEach(FactorKind kind, int bucket, Visitor visitor) {
    buckets.forEach(kind, bucket, visitor);
  }

  /**
   * Shows all vectors of the version, bucket by bucket, as {@link #forEach(FactorKind, int,
   * Visitor)} does.
   *
   * @throws ModelNotFoundException if the version has been removed meanwhile
   * @throws ModelFormatException if a record is damaged
   */
  public void forEach(FactorKind kind, Visitor visitor) {
    for (int bucket = 0; bucket < metadata.buckets(); bucket++) {
      forEach(kind, bucket, visitor);
    }
    hash.requireMetadata(version);
  }

  /** Into how many buckets ids are spread. */
  public int numBuckets() {
    return metadata.buckets();
  }

  /** How many users, or items, have a record. */
  public long count(FactorKind kind) {
    return buckets.count(kind);
  }

  private String where() {
    return hash.where(version);
  }

  @Override
  public String toString() {
    return where();
  }
}
