package io.kindling.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows made from a forest's own splits, or from a pipeline's fields, for publishers that give none.
 * The same model always gives the same rows.
 *
 * <p>A forest's row begins empty and walks down the trees. Where a split asks for a feature that
 * the row has not set yet, a value on one side of that very split is set: the threshold itself, the
 * next double above it, a category, a category that no training row had, NaN. So rows lie on the
 * edges where two runtimes could disagree, and reach deep leaves although they name few features.
 */
final class GoldenRows {

  private static final int ROWS = 5;

  /** Keeps the answers to all rows, up to 50 bytes a class and row, at half a megabyte. */
  private static final int MAX_ROWS_X_CLASSES = 10_000;

  /** Keeps the metadata of a model with thousands of features at a few kilobytes. */
  private static final int MAX_FEATURES = 32;

  private final Forest forest;
  private final TreeMap<Integer, Double> row = new TreeMap<>();
  private long state;

  private GoldenRows(Forest forest, long state) {
    this.forest = forest;
    this.state = state;
  }

  static List<FeatureVector> of(Forest forest) {
    List<FeatureVector> rows = new ArrayList<>();
    rows.add(FeatureVector.sparse(new int[0], new double[0]));
    int size = Math.min(ROWS, MAX_ROWS_X_CLASSES / Math.max(1, forest.numClasses()));
    for (int i = 1; i < size; i++) {
      rows.add(new GoldenRows(forest, i).walk(i));
    }
    return rows;
  }

  /**
   * Rows made from a pipeline's fields: all null, all empty, all one; of a forest alone, those of
   * the forest. Which of them it answers depends on its stages.
   */
  static List<Map<String, @Nullable Object>> of(Pipeline pipeline) {
    if (pipeline.fields().size() == 1
        && pipeline.body().steps().get(0) instanceof ForestStep forest) {
      return of(pipeline.fields().get(forest.wiring().in(0)), forest.forest());
    }
    Map<String, @Nullable Object> nulls = new LinkedHashMap<>();
    Map<String, @Nullable Object> empty = new LinkedHashMap<>();
    Map<String, @Nullable Object> ones = new LinkedHashMap<>();
    for (Column field : pipeline.fields()) {
      nulls.put(field.name(), null);
      empty.put(field.name(), emptyValue(field));
      ones.put(field.name(), one(field));
    }
    return List.of(nulls, empty, ones);
  }

  private static List<Map<String, @Nullable Object>> of(Column vector, Forest forest) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (FeatureVector row : of(forest)) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put(
          vector.name(),
          vector.size() > 0
              ? row
              : FeatureVector.dense(Arrays.copyOf(row.toArray(), forest.numFeatures())));
      rows.add(fields);
    }
    return rows;
  }

  private static Object emptyValue(Column field) {
    return switch (field.type()) {
      case BOOLEAN -> false;
      case INTEGER -> 0L;
      case FLOAT, DOUBLE -> 0.0;
      case TEXT -> "";
      case VECTOR -> FeatureVector.sparse(new int[0], new double[0]);
      case TEXTS -> List.of();
    };
  }

  private static Object one(Column field) {
    return switch (field.type()) {
      case BOOLEAN -> true;
      case INTEGER -> 1L;
      case FLOAT, DOUBLE -> 1.0;
      case TEXT -> "1";
      case VECTOR ->
          FeatureVector.sparse(
              IntStream.range(0, Math.min(field.size(), MAX_FEATURES)).toArray(),
              DoubleStream.generate(() -> 1.0)
                  .limit(Math.min(field.size(), MAX_FEATURES))
                  .toArray());
      case TEXTS -> List.of("1");
    };
  }

  private FeatureVector walk(int first) {
    for (int i = 0; i < forest.numTrees() && row.size() < MAX_FEATURES; i++) {
      int node = forest.root((int) (((long) i * ROWS + first) % forest.numTrees()));
      while (!forest.isLeaf(node)) {
        boolean left = forest.splits().goesLeft(forest.split(node), valueFor(forest.split(node)));
        node = left ? forest.left(node) : forest.right(node);
      }
    }
    int[] indices = row.keySet().stream().mapToInt(Integer::intValue).toArray();
    double[] values = row.values().stream().mapToDouble(Double::doubleValue).toArray();
    return FeatureVector.sparse(indices, values);
  }

  private double valueFor(int split) {
    int feature = forest.splits().feature(split);
    Double known = row.get(feature);
    if (known != null || row.size() == MAX_FEATURES) {
      return known == null ? 0.0 : known;
    }
    double value = edge(split);
    row.put(feature, value);
    return value;
  }

  private double edge(int split) {
    int choice = next(16);
    if (choice == 0) {
      return Double.NaN;
    }
    if (!forest.splits().isContinuous(split)) {
      return next(forest.splits().categories(split).arity() + 1);
    }
    double threshold = forest.splits().threshold(split);
    return choice % 2 == 0 || Double.isInfinite(threshold) ? threshold : Math.nextUp(threshold);
  }

  /** Numbers from 0 to bound - 1 by Knuth's linear congruential generator (MMIX). */
  private int next(int bound) {
    state = state * 6364136223846793005L + 1442695040888963407L;
    return (int) Long.remainderUnsigned(state >>> 33, bound);
  }
}
