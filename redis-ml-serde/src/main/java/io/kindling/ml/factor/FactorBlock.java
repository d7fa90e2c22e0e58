package io.kindling.ml.factor;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of some users, or of some items, as a batch finds them and moves them. Mutable, not
 * thread-safe; travels between tasks.
 *
 * @since 0.1
 */
public final class FactorBlock implements Serializable {

  private static final long serialVersionUID = 1;

  private final FactorKind kind;
  private final int[] ids;
  private final Factors[] factors;
  private final byte[][] before;
  private final boolean[] known;

  /**
   * A block, before the batch.
   *
   * @param ids ascending, no two alike
   * @param known which of them have a record
   */
  FactorBlock(FactorKind kind, int[] ids, Factors[] factors, boolean[] known) {
    this.kind = kind;
    this.ids = ids;
    this.factors = factors;
    this.known = known;
    this.before = new byte[ids.length][];
    for (int i = 0; i < ids.length; i++) {
      before[i] = FactorRecord.encodeState(factors[i]);
    }
  }

  private FactorBlock(
      FactorKind kind, int[] ids, Factors[] factors, byte[][] before, boolean[] known) {
    this.kind = kind;
    this.ids = ids;
    this.factors = factors;
    this.before = before;
    this.known = known;
  }

  /** Users or items. */
  public FactorKind kind() {
    return kind;
  }

  /** How many there are. */
  public int size() {
    return ids.length;
  }

  /** The id at an index; they ascend. */
  public int id(int index) {
    return ids[index];
  }

  /** The vector at an index, shared: who learns changes it. */
  public Factors at(int index) {
    return factors[index];
  }

  /** Whether the id had a record before the batch. */
  public boolean isKnown(int index) {
    return known[index];
  }

  /**
   * The vector of an id, shared: who learns changes it.
   *
   * @throws IllegalArgumentException if it is not in this block
   */
  public Factors of(int id) {
    int index = Arrays.binarySearch(ids, id);
    if (index < 0) {
      throw new IllegalArgumentException(
          "Cannot find " + kind + " " + id + ": it was not pulled, " + size() + " others were");
    }
    return factors[index];
  }

  /** The bytes of the state before the batch; null if the id is new. */
  byte @Nullable [] before(int index) {
    return known[index] ? before[index] : null;
  }

  /** The bytes of the state as it is now; null if the batch has left it as it was. */
  byte @Nullable [] changed(int index) {
    byte[] now = FactorRecord.encodeState(factors[index]);
    return Arrays.equals(now, before[index]) ? null : now;
  }

  /**
   * The first index whose vector or bias is not finite, or longer than a bound.
   *
   * @return -1 if there is none
   */
  public int diverged(double maxNorm) {
    for (int i = 0; i < factors.length; i++) {
      if (!factors[i].isWithin(maxNorm)) {
        return i;
      }
    }
    return -1;
  }

  /** All vectors in the order of their ids, shared. */
  public List<Factors> all() {
    return Collections.unmodifiableList(Arrays.asList(factors));
  }

  /** One that is learned on by itself, from what the batch found. */
  public FactorBlock copy() {
    Factors[] own = new Factors[factors.length];
    for (int i = 0; i < own.length; i++) {
      own[i] = factors[i].copy();
    }
    return new FactorBlock(kind, ids, own, before, known);
  }
}
