package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** All products of one element of each column: Spark's {@code Interaction}. */
public final class InteractionStep implements Step {

  private final Wiring wiring;
  private final Input[] inputs;

  /** A column. */
  public static final class Input {

    private final boolean isVector;
    private final int[] categories;
    private final int[] offsets;
    private final int size;

    /**
     * A number or a vector.
     *
     * @param categories of each element how many categories it has, of which it names one; 1 if it
     *     is a number; taken over
     */
    public Input(boolean isVector, int[] categories) {
      this.isVector = isVector;
      this.categories = categories;
      this.offsets = new int[categories.length];
      int sum = 0;
      for (int i = 0; i < categories.length; i++) {
        offsets[i] = sum;
        sum = Math.addExact(sum, categories[i]);
      }
      this.size = sum;
    }

    /** How many elements it stands for. */
    public int size() {
      return size;
    }
  }

  /** Of these columns; takes over the array. */
  public InteractionStep(Wiring wiring, Input[] inputs) {
    this.wiring = wiring;
    this.inputs = inputs;
  }

  static InteractionStep decode(Wiring wiring, ByteSource source) {
    Input[] inputs = new Input[wiring.numIn()];
    long size = 1;
    for (int i = 0; i < inputs.length; i++) {
      boolean isVector = Flags.decode(source);
      int[] categories = new int[isVector ? source.countOf("elements", 1) : 1];
      long sum = 0;
      for (int k = 0; k < categories.length; k++) {
        categories[k] = source.smallVarint("categories");
        if (categories[k] < 1) {
          throw source.error("an element of 0 categories, allowed is 1 or more");
        }
        sum += categories[k];
      }
      size *= sum;
      if (sum > Integer.MAX_VALUE || size > Integer.MAX_VALUE) {
        throw source.error("an interaction of 2^31 or more elements");
      }
      inputs[i] = new Input(isVector, categories);
    }
    return new InteractionStep(wiring, inputs);
  }

  @Override
  public void encode(ByteSink sink) {
    for (Input input : inputs) {
      Flags.encode(input.isVector, sink);
      if (input.isVector) {
        sink.varint(input.categories.length);
      }
      for (int count : input.categories) {
        sink.varint(count);
      }
    }
  }

  @Override
  public StepKind kind() {
    return StepKind.INTERACT;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public boolean reads(int i, SlotType type) {
    return type == (inputs[i].isVector ? SlotType.VECTOR : SlotType.NUMBER);
  }

  @Override
  public Runner runner() {
    return new Products();
  }

  /** From the last column to the first, as Spark multiplies. */
  private final class Products implements Runner {

    private int size;
    private int count;
    private int[] indices = new int[1];
    private double[] values = new double[1];
    private int newCount;
    private int[] newIndices = new int[0];
    private double[] newValues = new double[0];

    @Override
    public void run(Slots row) {
      size = 1;
      count = 1;
      indices[0] = 0;
      values[0] = 1.0;
      for (int i = inputs.length - 1; i >= 0; i--) {
        if (inputs[i].isVector) {
          multiply(inputs[i], vector(row, i));
        } else {
          start(1);
          multiply(inputs[i], 0, StepInput.number(InteractionStep.this, row, i));
        }
        swap(inputs[i].size);
      }
      fill(row.fillVector(wiring.out(0)));
    }

    private VectorValue vector(Slots row, int i) {
      VectorValue vector = StepInput.vectorAt(InteractionStep.this, row, i);
      int allowed = inputs[i].categories.length;
      if (vector.size() != allowed) {
        throw RowRefusedException.of(
            InteractionStep.this,
            "meets a vector of size %d, allowed is %d",
            vector.size(),
            allowed);
      }
      return vector;
    }

    private void multiply(Input input, VectorValue vector) {
      start(vector.count());
      for (int k = 0; k < vector.count(); k++) {
        multiply(input, vector.index(k), vector.valueAt(k));
      }
    }

    private void multiply(Input input, int element, double value) {
      int categories = input.categories[element];
      int place = input.offsets[element];
      double factor = value;
      if (categories > 1) {
        if (!(value >= 0.0 && value == (int) value && value < categories)) {
          throw RowRefusedException.of(
              InteractionStep.this,
              "meets the category %s, allowed are whole numbers from 0 to %d",
              value,
              categories - 1);
        }
        place += (int) value;
        factor = 1.0;
      }
      for (int j = 0; j < count; j++) {
        newIndices[newCount] = indices[j] + place * size;
        newValues[newCount++] = values[j] * factor;
      }
    }

    private void start(int factors) {
      newCount = 0;
      if (newIndices.length < count * factors) {
        newIndices = new int[count * factors];
        newValues = new double[count * factors];
      }
    }

    private void swap(int factor) {
      int[] oldIndices = indices;
      double[] oldValues = values;
      indices = newIndices.length == 0 ? new int[1] : newIndices;
      values = newValues.length == 0 ? new double[1] : newValues;
      count = newCount;
      newIndices = oldIndices;
      newValues = oldValues;
      size *= factor;
    }

    private void fill(VectorValue products) {
      products.startSparse(size);
      for (int i = 0; i < count; i++) {
        products.append(indices[i], values[i]);
      }
      products.compress();
    }
  }
}
