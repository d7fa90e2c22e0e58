package io.kindling.ml;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.kindling.ml.RedisMlAnswers.Kind;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Exports forests, linear and logistic regressions as commands of the Redis-ML module, for
 * installations that still run it.
 *
 * <pre>{@code
 * RedisMlExport export = RedisMlDialect.predictions().export(forest, "films:v7");
 * export.load(redis);                                     // redis: List<String> -> String
 * List<String> replies = export.runCommands(row).stream().map(redis).toList();
 * double label = export.answer(replies).prediction();
 * }</pre>
 *
 * <p>Written down plainly, an ordinary forest crashes the module or is answered wrongly. The
 * exporter keeps to encodings that were measured safe and refuses what the module cannot hold;
 * {@code docs/redis-ml.md} has the table. Instances are immutable and thread-safe.
 *
 * @since 0.1
 */
public final class RedisMlDialect {

  /** Splits on a path that the module still reads back when the server starts again. */
  private static final int MAX_PERSISTENT_DEPTH = 8;

  private final boolean probabilities;
  private final boolean persistent;

  private RedisMlDialect(boolean probabilities, boolean persistent) {
    this.probabilities = probabilities;
    this.persistent = persistent;
  }

  /**
   * What Spark's {@code prediction} column holds: a label or a number, from one key and one command
   * a row. Forests with thresholds, whose labels follow from probabilities, are exported as by
   * {@link #probabilities()}.
   */
  public static RedisMlDialect predictions() {
    return new RedisMlDialect(/* probabilities= */ false, /* persistent= */ true);
  }

  /**
   * The probability of every class too: one key and one command a row for each class, except for
   * gradient-boosted trees, whose one margin tells both.
   */
  public static RedisMlDialect probabilities() {
    return new RedisMlDialect(/* probabilities= */ true, /* persistent= */ true);
  }

  /**
   * The same, but trees may be deeper than 8 splits. The module serves them, and crashes the server
   * at its next start if they were saved: only for a server without RDB, AOF and replicas.
   */
  public RedisMlDialect nonPersistent() {
    return new RedisMlDialect(probabilities, /* persistent= */ false);
  }

  /**
   * The commands that make the module answer for a forest.
   *
   * @param key where the forest will stand; with a key for each class, {@code {key}:0} and so on.
   *     Put the model's version into it: an answer is read with the export that loaded the key
   * @throws IllegalArgumentException if the module cannot hold the forest: trees too deep, more
   *     than 128 classes (127 where labels come from probabilities), probabilities asked of a model
   *     that has none, weighted votes
   */
  public RedisMlExport export(Forest forest, String key) {
    checkKey(key);
    checkTrees(forest, key);
    if (forest.numClasses() == 0) {
      check(!probabilities, key, "%s gives no probabilities", forest.aggregation());
      return mean(forest, key, Kind.VALUE);
    }
    if (forest.aggregation() == Aggregation.WEIGHTED_SUM) {
      return mean(forest, key, Kind.MARGIN);
    }
    if (probabilities || forest.thresholds().length > 0) {
      return meanOfEachClass(forest, key);
    }
    return labels(forest, key);
  }

  /**
   * The commands that make the module answer for a linear regression or a logistic regression of
   * two classes; the latter's probabilities are there in either case.
   *
   * @param model as {@code SparkModels.pipeline(model, schema)} gives it, of one stage
   * @param key where the model will stand. Put its version into it, as for a forest
   * @throws IllegalArgumentException for another model, and for coefficients that are not finite
   */
  public RedisMlLinearExport export(Pipeline model, String key) {
    checkKey(key);
    return RedisMlLinearExport.of(model, key);
  }

  private static RedisMlExport labels(Forest forest, String key) {
    boolean soft = forest.aggregation() == Aggregation.SUM_DISTRIBUTIONS;
    int maxClasses = RedisMlLeaves.MAX_CLASSES - (soft ? 1 : 0); // soft votes need one more
    checkClasses(forest, key, maxClasses);
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      double weight = forest.treeWeight(tree);
      check(weight == 1.0, key, "tree %s votes with weight %s, allowed is 1", tree, weight);
    }
    if (!soft) {
      return export(forest, key, List.of(new RedisMlLeaves.Votes(forest)), Kind.LABEL, 0);
    }
    RedisMlLeaves.Scores scores = RedisMlLeaves.Scores.of(forest);
    // A share is off by half a point at most, so is its mean, and the lead of one by a point.
    double tolerance = 1.0 / scores.pointsOfOne();
    return export(forest, key, List.of(scores), Kind.LABEL, tolerance);
  }

  private static RedisMlExport meanOfEachClass(Forest forest, String key) {
    check(
        forest.aggregation().givesProbability(forest.numClasses()),
        key,
        "%s gives no probabilities",
        forest.aggregation());
    checkClasses(forest, key, RedisMlLeaves.MAX_CLASSES);
    List<RedisMlLeaves> classes =
        IntStream.range(0, forest.numClasses())
            .<RedisMlLeaves>mapToObj(
                c -> new RedisMlLeaves.Means((tree, leaf) -> RedisMlLeaves.shares(forest, leaf)[c]))
            .toList();
    double tolerance = 2 * roundings(forest); // a lead is the difference of two
    return export(forest, key, classes, Kind.SHARES, tolerance);
  }

  private static RedisMlExport mean(Forest forest, String key, Kind kind) {
    double min = 0;
    double max = 0;
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      int end = tree + 1 < forest.numTrees() ? forest.root(tree + 1) : forest.numNodes();
      for (int node = forest.root(tree); node < end; node++) {
        if (forest.isLeaf(node)) {
          double term = term(forest, tree, forest.leaf(node));
          check(Double.isFinite(term), key, "a leaf of tree %s times its weight is %s", tree, term);
          min = Math.min(min, term);
          max = Math.max(max, term);
        }
      }
    }
    UnitScale scale = UnitScale.over(min, max);
    List<RedisMlLeaves> leaves =
        List.of(new RedisMlLeaves.Means((tree, leaf) -> scale.toUnit(term(forest, tree, leaf))));
    int terms = forest.aggregation() == Aggregation.WEIGHTED_SUM ? forest.numTrees() : 1;
    double tolerance = roundings(forest) * scale.unit() * terms;
    if (kind == Kind.MARGIN) {
      // A probability moves half as far, and is rounded in four steps, here and in Spark.
      tolerance = Math.max(tolerance, tolerance / 2 + 4 * 0x1p-53);
    }
    return new RedisMlExport(
        forest, key, leaves, new RedisMlAnswers(forest, kind, scale, tolerance));
  }

  private static RedisMlExport export(
      Forest forest, String key, List<RedisMlLeaves> parts, Kind kind, double tolerance) {
    UnitScale none = UnitScale.over(0, 1);
    return new RedisMlExport(forest, key, parts, new RedisMlAnswers(forest, kind, none, tolerance));
  }

  /** What a leaf adds to the sum over the trees. */
  private static double term(Forest forest, int tree, int leaf) {
    return forest.leafValue(leaf, 0) * forest.treeWeight(tree);
  }

  /**
   * How far two means of numbers from 0 to 1 may lie apart if both are summed in doubles, in
   * whatever order, and scaled on the way.
   */
  private static double roundings(Forest forest) {
    return (2.0 * forest.numTrees() + 8) * 0x1p-53;
  }

  private static void checkKey(String key) {
    int open = key.indexOf('{');
    boolean tagged = open >= 0 && key.indexOf('}', open) > open + 1;
    boolean plain = open < 0 && key.indexOf('}') < 0;
    check(
        !key.isEmpty() && (tagged || plain),
        key,
        "allowed is a key that is not empty and has no braces but a hash tag's");
  }

  private void checkTrees(Forest forest, String key) {
    for (int tree = 0; tree < forest.numTrees() && persistent; tree++) {
      int depth = depth(forest, forest.root(tree));
      check(
          depth <= MAX_PERSISTENT_DEPTH,
          key,
          "tree %s is %s splits deep, allowed are %s: a deeper one crashes the server at its next"
              + " start (RedisMlDialect.nonPersistent() accepts that)",
          tree,
          depth,
          MAX_PERSISTENT_DEPTH);
    }
  }

  private static int depth(Forest forest, int node) {
    return forest.isLeaf(node)
        ? 0
        : 1 + Math.max(depth(forest, forest.left(node)), depth(forest, forest.right(node)));
  }

  private static void checkClasses(Forest forest, String key, int allowed) {
    check(
        forest.numClasses() <= allowed,
        key,
        "%s classes, allowed are %s",
        forest.numClasses(),
        allowed);
  }

  @FormatMethod
  private static void check(
      boolean holds, String key, @FormatString String format, Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException(
          "Cannot export forest to Redis-ML as '" + key + "': " + String.format(format, arguments));
    }
  }
}
