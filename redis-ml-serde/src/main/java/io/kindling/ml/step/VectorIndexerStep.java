package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The categories of some elements of a vector to their indices: Spark's {@code VectorIndexerModel}.
 * What a sparse vector does not name stays 0, whether or not 0 is a category.
 */
public final class VectorIndexerStep implements Step {

  private final Wiring wiring;
  private final int size;
  private final HandleInvalid handleInvalid;
  private final List<Feature> features;

  /** Indices into a vector to a category's number. */
  private final Map<Integer, Map<Double, Integer>> numbers = new HashMap<>();

  /** An element that holds categories. */
  public static final class Feature {

    private final int index;
    private final double[] categories;

    /**
     * Of these categories.
     *
     * @param index into the vector
     * @param categories in the order of their numbers, from 0; taken over
     */
    public Feature(int index, double[] categories) {
      this.index = index;
      this.categories = categories;
    }
  }

  /** Of vectors of one size, of which these elements hold categories. */
  public VectorIndexerStep(
      Wiring wiring, int size, List<Feature> features, HandleInvalid handleInvalid) {
    this.wiring = wiring;
    this.size = size;
    this.features = List.copyOf(features);
    this.handleInvalid = handleInvalid;
    for (Feature feature : features) {
      Map<Double, Integer> ofFeature = new HashMap<>();
      for (int i = 0; i < feature.categories.length; i++) {
        ofFeature.put(key(feature.categories[i]), i);
      }
      numbers.put(feature.index, ofFeature);
    }
  }

  /** 0.0 and -0.0 are one category. */
  private static double key(double category) {
    return category + 0.0;
  }

  static VectorIndexerStep decode(Wiring wiring, ByteSource source) {
    HandleInvalid handleInvalid = HandleInvalid.decode(source);
    int size = source.smallVarint("size");
    int count = source.countOf("features", 2);
    List<Feature> features = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      features.add(new Feature(source.smallVarint("index"), source.numbers()));
    }
    return new VectorIndexerStep(wiring, size, features, handleInvalid);
  }

  @Override
  public void encode(ByteSink sink) {
    handleInvalid.encode(sink);
    sink.varint(size);
    sink.varint(features.size());
    for (Feature feature : features) {
      sink.varint(feature.index);
      sink.numbers(feature.categories);
    }
  }

  @Override
  public StepKind kind() {
    return StepKind.INDEX_VECTOR;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      VectorValue vector = StepInput.vector(this, row, size);
      VectorValue indexed = row.fillVector(wiring.out(0));
      if (vector.isDense()) {
        double[] elements = indexed.startDense(size);
        for (int i = 0; i < size; i++) {
          elements[i] = indexed(i, vector.valueAt(i));
        }
        return;
      }
      indexed.startSparse(size);
      for (int i = 0; i < vector.count(); i++) {
        indexed.append(vector.index(i), indexed(vector.index(i), vector.valueAt(i)));
      }
    };
  }

  private double indexed(int index, double value) {
    Map<Double, Integer> ofFeature = numbers.get(index);
    if (ofFeature == null) {
      return value;
    }
    // Spark compares as numbers, by which NaN equals no category.
    Integer number = Double.isNaN(value) ? null : ofFeature.get(key(value));
    if (number != null) {
      return number;
    }
    return switch (handleInvalid) {
      case KEEP -> ofFeature.size();
      case SKIP -> throw new RowSkippedException(this);
      case ERROR ->
          throw RowRefusedException.of(
              this,
              "does not know the category %s of the element at %d; its handleInvalid is error",
              value,
              index);
    };
  }
}
