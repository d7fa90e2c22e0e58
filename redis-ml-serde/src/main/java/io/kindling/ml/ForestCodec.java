package io.kindling.ml;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The body of a forest as {@code docs/format/model-v1.md} lays it down. The decoder allocates by
 * what the remaining bytes can hold, so a small input cannot ask for a large array.
 */
final class ForestCodec {

  private static final int FLOAT64_LEAVES = 0;
  private static final int VARINT_LEAVES = 1;
  private static final int FLAG_THRESHOLDS = 1;
  private static final int FLAG_TREE_WEIGHTS = 2;

  private ForestCodec() {}

  static void encode(Forest forest, ByteSink sink) {
    double[] thresholds = forest.shape().thresholds();
    double[] weights = forest.shape().treeWeights();
    boolean integerLeaves = forest.hasIntegerLeaves();
    sink.u8(forest.aggregation().code());
    sink.u8(integerLeaves ? VARINT_LEAVES : FLOAT64_LEAVES);
    sink.u8((thresholds == null ? 0 : FLAG_THRESHOLDS) | (weights == null ? 0 : FLAG_TREE_WEIGHTS));
    sink.u8(0);
    sink.u32(forest.numFeatures());
    sink.u32(forest.numClasses());
    sink.u32(forest.numTrees());
    sink.u32(forest.numNodes());
    sink.u32(forest.splits().size());
    writeDoubles(thresholds, sink);
    writeDoubles(weights, sink);
    writeSplits(forest.splits(), sink);
    int width = forest.leafWidth();
    for (int node = 0; node < forest.numNodes(); node++) {
      if (!forest.isLeaf(node)) {
        sink.varint(forest.split(node) + 1L);
        continue;
      }
      sink.varint(0);
      for (int i = 0; i < width; i++) {
        double value = forest.leafValue(forest.leaf(node), i);
        if (integerLeaves) {
          sink.varint((long) value);
        } else {
          sink.f64(value);
        }
      }
    }
  }

  private static void writeDoubles(double @Nullable [] values, ByteSink sink) {
    if (values != null) {
      for (double value : values) {
        sink.f64(value);
      }
    }
  }

  private static void writeSplits(SplitTable splits, ByteSink sink) {
    int previous = -1;
    for (int start = 0; start < splits.size(); ) {
      int feature = splits.feature(start);
      int categorical = start;
      boolean fitsFloat = splits.isContinuous(start);
      while (categorical < splits.size()
          && splits.feature(categorical) == feature
          && splits.isContinuous(categorical)) {
        double threshold = splits.threshold(categorical++);
        fitsFloat &= (float) threshold == threshold;
      }
      int next = categorical;
      while (next < splits.size() && splits.feature(next) == feature) {
        next++;
      }
      sink.varint((long) feature - previous);
      sink.varint(2L * (categorical - start) + (fitsFloat ? 1 : 0));
      for (int split = start; split < categorical; split++) {
        if (fitsFloat) {
          sink.f32((float) splits.threshold(split));
        } else {
          sink.f64(splits.threshold(split));
        }
      }
      sink.varint(next - categorical);
      for (int split = categorical; split < next; split++) {
        Categories categories = splits.categories(split);
        sink.varint(2L * categories.arity() + (categories.othersLeft() ? 1 : 0));
        sink.bytes(categories.leftBits());
      }
      previous = feature;
      start = next;
    }
  }

  static Forest decode(ByteSource source) {
    Aggregation aggregation = Aggregation.ofCode(source.u8());
    int leafEncoding = source.u8();
    if (leafEncoding > VARINT_LEAVES) {
      throw source.error("leaf encoding " + leafEncoding + ", allowed are 0 and 1");
    }
    int flags = source.u8();
    if ((flags & ~(FLAG_THRESHOLDS | FLAG_TREE_WEIGHTS)) != 0) {
      throw source.error("flags " + flags + ", allowed are 0 to 3");
    }
    int reserved = source.u8();
    if (reserved != 0) {
      throw source.error("a reserved byte is " + reserved + ", allowed is 0");
    }
    int numFeatures = source.count("numFeatures");
    int numClasses = source.count("numClasses");
    int numTrees = source.count("numTrees");
    int numNodes = source.count("numNodes");
    int numSplits = source.count("numSplits");
    if (numTrees > numNodes || numNodes > source.remaining() || numSplits > source.remaining()) {
      throw source.error(
          numTrees
              + " trees, "
              + numNodes
              + " nodes and "
              + numSplits
              + " splits in "
              + source.remaining()
              + " bytes");
    }
    try {
      ForestBuilder builder = Forest.builder(aggregation, numFeatures, numClasses);
      if ((flags & FLAG_THRESHOLDS) != 0) {
        builder.thresholds(readDoubles(numClasses, source));
      }
      double[] weights = (flags & FLAG_TREE_WEIGHTS) == 0 ? null : readDoubles(numTrees, source);
      readSplits(numSplits, source, builder);
      if (builder.leafWidth() > source.remaining()) {
        throw source.error("leaves of " + builder.leafWidth() + " values");
      }
      double[] leaf = new double[builder.leafWidth()];
      for (int tree = 0; tree < numTrees; tree++) {
        builder.tree(weights == null ? 1.0 : weights[tree]);
        while (builder.isInTree()) {
          int token = source.smallVarint("a node");
          if (token > 0) {
            builder.sharedSplit(token - 1);
            continue;
          }
          for (int i = 0; i < leaf.length; i++) {
            leaf[i] = leafEncoding == VARINT_LEAVES ? source.varint() : source.f64();
          }
          builder.leaf(leaf);
        }
      }
      if (source.remaining() > 0) {
        throw source.error(source.remaining() + " bytes stand behind the last tree");
      }
      Forest forest = builder.build();
      if (forest.numNodes() != numNodes) {
        throw source.error(numNodes + " nodes announced, " + forest.numNodes() + " found");
      }
      return forest;
    } catch (IllegalArgumentException e) {
      throw source.error(String.valueOf(e.getMessage()));
    }
  }

  private static void readSplits(int numSplits, ByteSource source, ForestBuilder builder) {
    long feature = -1;
    for (int read = 0; read < numSplits; ) {
      long step = source.varint();
      feature += step;
      if (step < 1 || feature > Integer.MAX_VALUE) {
        throw source.error("the split table steps by " + step + " to feature " + feature);
      }
      int continuous = source.smallVarint("a number of splits");
      for (int i = 0; i < continuous >> 1; i++, read++) {
        double threshold = (continuous & 1) == 1 ? source.f32() : source.f64();
        builder.shareSplit((int) feature, threshold);
      }
      int categorical = source.smallVarint("a number of splits");
      for (int i = 0; i < categorical; i++, read++) {
        int arityAndOthers = source.smallVarint("an arity");
        int arity = arityAndOthers >> 1;
        byte[] leftBits = source.bytes((arity + 7) / 8);
        builder.shareSplit(
            (int) feature, new Categories(arity, (arityAndOthers & 1) == 1, leftBits));
      }
      if (continuous >> 1 == 0 && categorical == 0) {
        throw source.error("feature " + feature + " has no split");
      }
    }
    if (builder.numSharedSplits() != numSplits) {
      throw source.error(numSplits + " splits announced, " + builder.numSharedSplits() + " found");
    }
  }

  private static double[] readDoubles(int count, ByteSource source) {
    if (count > source.remaining() / 8) {
      throw source.error(count + " numbers in " + source.remaining() + " bytes");
    }
    double[] values = new double[count];
    Arrays.setAll(values, i -> source.f64());
    return values;
  }
}
