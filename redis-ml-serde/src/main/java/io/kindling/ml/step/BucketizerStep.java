package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.Arrays;

/**
 * A number to the bucket that it lies in: one column of Spark's {@code Bucketizer}.
 *
 * <p>Wired to its own column first and, if handleInvalid is skip, then to the stage's others: a
 * null or NaN in any of them leaves the row out before a bucket is looked for.
 */
public final class BucketizerStep implements Step {

  private final Wiring wiring;
  private final HandleInvalid handleInvalid;
  private final double[] splits;

  /**
   * Of these splits.
   *
   * @param splits strictly ascending, without NaN, at least 3; taken over
   */
  public BucketizerStep(Wiring wiring, double[] splits, HandleInvalid handleInvalid) {
    this.wiring = wiring;
    this.splits = splits;
    this.handleInvalid = handleInvalid;
  }

  static BucketizerStep decode(Wiring wiring, ByteSource source) {
    HandleInvalid handleInvalid = HandleInvalid.decode(source);
    double[] splits = source.numbers();
    if (splits.length < 2) {
      throw source.error(splits.length + " splits, allowed is 2 or more");
    }
    return new BucketizerStep(wiring, splits, handleInvalid);
  }

  @Override
  public void encode(ByteSink sink) {
    handleInvalid.encode(sink);
    sink.numbers(splits);
  }

  @Override
  public StepKind kind() {
    return StepKind.BUCKETIZE;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int in = wiring.in(0);
    int out = wiring.out(0);
    return row -> {
      if (handleInvalid == HandleInvalid.SKIP) {
        skipMissing(row);
      }
      if (row.isNull(in)) {
        row.setNull(out);
      } else {
        row.setNumber(out, bucket(row.number(in)));
      }
    };
  }

  private void skipMissing(Slots row) {
    for (int i = 0; i < wiring.numIn(); i++) {
      if (row.isNull(wiring.in(i)) || Double.isNaN(row.number(wiring.in(i)))) {
        throw new RowSkippedException(this);
      }
    }
  }

  private double bucket(double value) {
    int last = splits.length - 1;
    if (Double.isNaN(value)) {
      if (handleInvalid == HandleInvalid.KEEP) {
        return last;
      }
      throw RowRefusedException.of(this, "meets NaN; its handleInvalid is error");
    }
    if (value == splits[last]) {
      return last - 1;
    }
    int place = Arrays.binarySearch(splits, value); // as Spark: -0.0 lies below 0.0
    if (place >= 0) {
      return place;
    }
    int behind = -place - 1;
    if (behind == 0 || behind == splits.length) {
      throw RowRefusedException.of(
          this, "meets %s, allowed is %s to %s", value, splits[0], splits[last]);
    }
    return behind - 1;
  }
}
