package io.kindling.ml;

import io.kindling.core.KindlingException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A forest in the words of the Redis-ML module: the commands that load it, those that score a row,
 * and how their replies are read. Made by {@link RedisMlDialect}.
 *
 * <p>Loading goes through temporary keys: trees are added, a few rows are run and their replies
 * compared, and only then the keys are renamed. {@link #load} does all of it through a connection;
 * who sends commands by other means takes {@link #loadCommands()}, {@link #probes()} and {@link
 * #publishCommands()}, in this order.
 *
 * <p>Immutable and thread-safe. All keys lie in one cluster slot.
 *
 * @since 0.1
 */
public final class RedisMlExport {

  private static final double LAST_DIGITS_OF_A_MEAN = 1e-9;

  private final Forest forest;
  private final RedisMlFeatures features;
  private final RedisMlAnswers answers;

  /** One for each key. */
  private final List<RedisMlLeaves> parts;

  private final List<String> keys;
  private final List<String> loadingKeys;

  RedisMlExport(Forest forest, String key, List<RedisMlLeaves> parts, RedisMlAnswers answers) {
    this.forest = forest;
    this.features = new RedisMlFeatures(forest);
    this.answers = answers;
    this.parts = parts;
    String tagged = RedisMlLoading.tagged(key);
    boolean one = answers.kind() != RedisMlAnswers.Kind.SHARES;
    this.keys =
        one
            ? List.of(key)
            : IntStream.range(0, parts.size()).mapToObj(c -> tagged + ":" + c).toList();
    String suffix = RedisMlLoading.suffix(forest.toBytes());
    this.loadingKeys =
        one ? List.of(tagged + suffix) : keys.stream().map(name -> name + suffix).toList();
  }

  /** The keys that hold the forest once it is published. */
  public List<String> keys() {
    return keys;
  }

  /**
   * The commands that write the forest under temporary keys, to be sent in this order: for each key
   * a DEL, which removes what an earlier attempt left, then a tree a command, each to be answered
   * OK. They are made when asked for, not held.
   */
  public List<List<String>> loadCommands() {
    int commandsOfAPart = 1 + forest.numTrees();
    return new AbstractList<>() {
      @Override
      public List<String> get(int i) {
        int part = i / commandsOfAPart;
        int tree = i % commandsOfAPart - 1;
        return tree < 0 ? List.of("DEL", loadingKeys.get(part)) : addCommand(part, tree);
      }

      @Override
      public int size() {
        return parts.size() * commandsOfAPart;
      }
    };
  }

  /** Rows to run on the temporary keys, with the replies that they must get before publishing. */
  public List<RedisMlProbe> probes() {
    List<RedisMlProbe> probes = new ArrayList<>();
    for (FeatureVector row : GoldenRows.of(forest)) {
      List<List<String>> commands = runCommands(row, loadingKeys);
      int[] leaves = leaves(row);
      for (int part = 0; part < parts.size(); part++) {
        probes.add(
            new RedisMlProbe(
                commands.get(part), parts.get(part).reply(leaves), LAST_DIGITS_OF_A_MEAN));
      }
    }
    return probes;
  }

  /** The commands that put the loaded forest in its place: a RENAME for each key. */
  public List<List<String>> publishCommands() {
    return IntStream.range(0, parts.size())
        .mapToObj(part -> List.of("RENAME", loadingKeys.get(part), keys.get(part)))
        .toList();
  }

  /**
   * Writes, probes and publishes the forest.
   *
   * @param redis sends a command and gives its reply as text: simple and bulk strings as they are,
   *     integers as decimals. May throw for an error reply
   * @throws KindlingException if a reply is not the expected one; what stood under the keys before
   *     then still stands, and the temporary keys are deleted
   */
  public void load(Function<List<String>, String> redis) {
    new RedisMlLoading("forest", loadCommands(), probes(), publishCommands(), loadingKeys)
        .run(redis);
  }

  /**
   * The row as the module takes it, {@code _:0,3:1.5}; the first pair keeps it from being empty.
   *
   * @throws IllegalArgumentException if the row does not fit the forest
   */
  public String features(FeatureVector row) {
    return features.text(row);
  }

  /**
   * The commands that score a row, one for each of {@link #keys()}.
   *
   * @throws IllegalArgumentException if the row does not fit the forest
   */
  public List<List<String>> runCommands(FeatureVector row) {
    return runCommands(row, keys);
  }

  /**
   * What the replies to {@link #runCommands} mean.
   *
   * @return prediction; raw and probability where the export holds them, else empty; version {@code
   *     -}. The raw prediction of a single classification tree, its counts, is never held
   * @throws KindlingException if a reply is none that this forest gives
   */
  public Prediction answer(List<String> replies) {
    if (replies.size() != keys.size()) {
      throw new IllegalArgumentException(
          "Cannot read "
              + replies.size()
              + " replies, allowed are "
              + keys.size()
              + ", one for each of runCommands");
    }
    double[] numbers = new double[replies.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(replies.get(i), keys.get(i));
    }
    return answers.read(numbers);
  }

  /**
   * How far an answer may be from Spark's: a regression's prediction, a probability and the margin
   * of gradient-boosted trees differ by at most this. So a label is Spark's unless the two leading
   * classes are as close as this in probability (gradient-boosted trees: the margin to 0); where
   * thresholds are set, as close as this divided by the smallest one. 0 means that every label is
   * Spark's.
   */
  public double tolerance() {
    return answers.tolerance();
  }

  @Override
  public String toString() {
    return "RedisMlExport[" + forest + " as " + answers.kind() + " under " + keys + "]";
  }

  private List<String> addCommand(int part, int tree) {
    List<String> command = new ArrayList<>();
    command.add("ML.FOREST.ADD");
    command.add(loadingKeys.get(part));
    command.add(Integer.toString(tree));
    addNode(parts.get(part), tree, forest.root(tree), ".", command);
    return List.copyOf(command);
  }

  /** In preorder: the module gives no reply at all to a node that comes before its parent. */
  private void addNode(
      RedisMlLeaves leaves, int tree, int node, String path, List<String> command) {
    command.add(path);
    if (forest.isLeaf(node)) {
      leaves.append(tree, forest.leaf(node), command);
      return;
    }
    command.add("NUMERIC");
    command.add(Integer.toString(features.id(forest.split(node))));
    command.add(Double.toString(features.threshold(forest.split(node))));
    addNode(leaves, tree, forest.left(node), path + "l", command);
    addNode(leaves, tree, forest.right(node), path + "r", command);
  }

  private List<List<String>> runCommands(FeatureVector row, List<String> of) {
    String text = features.text(row);
    return IntStream.range(0, parts.size())
        .mapToObj(part -> List.of("ML.FOREST.RUN", of.get(part), text, parts.get(part).mode()))
        .toList();
  }

  /** The leaf that a row reaches in each tree. */
  private int[] leaves(FeatureVector row) {
    int[] leaves = new int[forest.numTrees()];
    for (int tree = 0; tree < leaves.length; tree++) {
      int node = forest.root(tree);
      while (!forest.isLeaf(node)) {
        int split = forest.split(node);
        boolean left = forest.splits().goesLeft(split, row.value(forest.splits().feature(split)));
        node = left ? forest.left(node) : forest.right(node);
      }
      leaves[tree] = forest.leaf(node);
    }
    return leaves;
  }

  private double number(String reply, String key) {
    try {
      double number = Double.parseDouble(reply);
      if (number >= 0 && number <= answers.maxNumber()) {
        return number;
      }
    } catch (NumberFormatException e) {
      // No number and a number out of range are one error.
    }
    throw new KindlingException(
        "Cannot read the reply '"
            + reply
            + "' of Redis-ML for '"
            + key
            + "', allowed are numbers from 0 to "
            + answers.maxNumber()
            + "; does the key hold another forest?");
  }
}
