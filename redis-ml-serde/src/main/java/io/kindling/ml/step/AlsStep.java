package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.HashMap;
import java.util.Map;

/** What a user would think of an item: Spark's {@code ALSModel}. */
public final class AlsStep implements Step {

  /** Ids may be negative; in bytes they are 32 bits without a sign. */
  private static final long MAX_ID = 0xffffffffL;

  private final Wiring wiring;
  private final Factors users;
  private final Factors items;
  private final HandleInvalid coldStart;

  /** The factors of users, or of items. */
  public static final class Factors {

    private final int rank;
    private final int[] ids;
    private final float[] factors;
    private final Map<Integer, Integer> offsets = new HashMap<>();

    /**
     * By id.
     *
     * @param ids taken over
     * @param factors so many of each id, one id's behind the other; taken over
     */
    public Factors(int rank, int[] ids, float[] factors) {
      this.rank = rank;
      this.ids = ids;
      this.factors = factors;
      for (int i = 0; i < ids.length; i++) {
        offsets.put(ids[i], i * rank);
      }
    }

    private static Factors decode(ByteSource source, int rank) {
      int count = source.countOf("ids", 1);
      if ((long) count * rank > source.remaining() / Float.BYTES) {
        throw source.error(count + " ids of rank " + rank + ", the bytes left cannot hold them");
      }
      int[] ids = new int[count];
      float[] factors = new float[count * rank];
      for (int i = 0; i < count; i++) {
        long id = source.varint();
        if (id > MAX_ID) {
          throw source.error("id " + id + ", allowed are those of 32 bits");
        }
        ids[i] = (int) id;
        for (int k = 0; k < rank; k++) {
          factors[i * rank + k] = source.f32();
        }
      }
      return new Factors(rank, ids, factors);
    }

    private void encode(ByteSink sink) {
      sink.varint(ids.length);
      for (int i = 0; i < ids.length; i++) {
        sink.varint(Integer.toUnsignedLong(ids[i]));
        for (int k = 0; k < rank; k++) {
          sink.f32(factors[i * rank + k]);
        }
      }
    }
  }

  /**
   * Of users and items, of the same rank.
   *
   * @param coldStart what becomes of a row whose user or item is not known: skip, or keep, with NaN
   */
  public AlsStep(Wiring wiring, Factors users, Factors items, HandleInvalid coldStart) {
    this.wiring = wiring;
    this.users = users;
    this.items = items;
    this.coldStart = coldStart;
  }

  static AlsStep decode(Wiring wiring, ByteSource source) {
    if (wiring.numIn() != 2) {
      throw source.error("a recommendation of " + wiring.numIn() + " columns, allowed are 2");
    }
    HandleInvalid coldStart = HandleInvalid.decode(source);
    int rank = source.smallVarint("rank");
    return new AlsStep(
        wiring, Factors.decode(source, rank), Factors.decode(source, rank), coldStart);
  }

  @Override
  public void encode(ByteSink sink) {
    coldStart.encode(sink);
    sink.varint(users.rank);
    users.encode(sink);
    items.encode(sink);
  }

  @Override
  public StepKind kind() {
    return StepKind.ALS;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      Integer user = users.offsets.get(id(row, 0));
      Integer item = items.offsets.get(id(row, 1));
      float score = user == null || item == null ? Float.NaN : dot(user, item);
      if (Float.isNaN(score) && coldStart == HandleInvalid.SKIP) {
        throw new RowSkippedException(this);
      }
      row.setNumber(wiring.out(0), score);
    };
  }

  private float dot(int user, int item) {
    float sum = 0.0f;
    for (int i = 0; i < users.rank; i++) {
      sum += users.factors[user + i] * items.factors[item + i];
    }
    return sum;
  }

  private int id(Slots row, int i) {
    double id = StepInput.number(this, row, i);
    if (id != (int) id) {
      throw RowRefusedException.of(
          this, "meets the id %s, allowed are whole numbers that fit an int", id);
    }
    return (int) id;
  }
}
