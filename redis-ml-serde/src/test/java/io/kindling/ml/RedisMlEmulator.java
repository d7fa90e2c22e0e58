package io.kindling.ml;

import static java.util.Locale.ROOT;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The forest commands of the Redis-ML module as its recorded replies show them, and the few of
 * Redis that go with them. What crashes the module, leaves a client without a reply or damages its
 * memory is a {@link Fault} here.
 */
final class RedisMlEmulator {

  private static final String WRONG_TYPE =
      "WRONGTYPE Operation against a key holding the wrong kind of value";
  private static final Pattern NUMBER_AT_START =
      Pattern.compile(
          "\\s*[+-]?(inf(inity)?|nan|(\\d+\\.?\\d*|\\.\\d+)(e[+-]?\\d+)?)",
          Pattern.CASE_INSENSITIVE);

  private final Map<String, Object> keys = new HashMap<>();

  /** What no command may lead to. */
  static final class Fault extends AssertionError {
    Fault(String message) {
      super(message);
    }
  }

  /** A reply and its type: bulk, simple, int or error. */
  record Reply(String text, String type) {}

  /** A node of a tree; a leaf has no children. */
  private static final class Node {
    private String type = "";
    private String attribute = "";
    private double threshold;
    private double[] categories = new double[0];
    private double value;
    private double[] stats = new double[0];
    private @Nullable Node left;
    private @Nullable Node right;

    boolean isLeaf() {
      return type.equals("LEAF");
    }
  }

  /** The trees of a key. */
  private static final class Trees extends ArrayList<Node> {}

  /**
   * A linear model.
   *
   * @param numbers the intercept, then the coefficients
   * @param zeroBehind whether a longer model left a 0 in the place that the module reads behind
   *     them
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Linear(double[] numbers, boolean zeroBehind) {}

  private static final class Refused extends RuntimeException {
    Refused(String message) {
      super(message);
    }
  }

  /** The reply as a connection of {@link RedisMlExport#load} gives it. */
  String text(List<String> command) {
    return send(command).text();
  }

  Reply send(List<String> command) {
    try {
      return switch (command.get(0)) {
        case "ML.FOREST.ADD" -> add(command);
        case "ML.FOREST.RUN" -> run(command);
        case "ML.LINREG.SET", "ML.LOGREG.SET" -> setLinear(command);
        case "ML.LINREG.PREDICT", "ML.LOGREG.PREDICT" -> predict(command);
        case "SET" -> put(command.get(1), "no model");
        case "TYPE" -> new Reply(type(keys.get(command.get(1))), "simple");
        case "EXISTS" -> new Reply(keys.containsKey(command.get(1)) ? "1" : "0", "int");
        case "DEL" -> new Reply(keys.remove(command.get(1)) == null ? "0" : "1", "int");
        case "RENAME" -> rename(command.get(1), command.get(2));
        default -> throw new IllegalArgumentException(command.get(0));
      };
    } catch (Refused e) {
      return new Reply(String.valueOf(e.getMessage()), "error");
    }
  }

  /** Saves everything and reads it back, which deep trees and sets of categories do not survive. */
  void restart() {
    for (Object value : keys.values()) {
      if (value instanceof Trees trees) {
        trees.forEach(tree -> checkSavable(tree, 0));
      }
    }
  }

  private static void checkSavable(@Nullable Node node, int depth) {
    if (node == null) {
      return;
    }
    if (depth > 8) {
      throw new Fault("crash at restart: a tree is over 8 splits deep");
    }
    if (node.type.equals("CATEGORIC")) {
      throw new Fault("a set of categories is lost at restart");
    }
    checkSavable(node.left, depth + 1);
    checkSavable(node.right, depth + 1);
  }

  private Reply put(String key, Object value) {
    keys.put(key, value);
    return new Reply("OK", "simple");
  }

  private Reply rename(String from, String to) {
    Object value = keys.remove(from);
    if (value == null) {
      throw new Refused("ERR no such key");
    }
    return put(to, value);
  }

  private Reply add(List<String> command) {
    if (command.size() < 6) {
      throw new Refused("ERR wrong number of arguments for 'ml.forest.add' command");
    }
    List<Map.Entry<String, Node>> nodes = nodes(command);
    Trees trees = forest(command.get(1), /* orNew= */ true);
    int tree = Integer.parseInt(command.get(2));
    if (tree > trees.size()) {
      throw new Refused("ERR Generic");
    }
    Node root = tree == trees.size() ? null : trees.get(tree);
    for (Map.Entry<String, Node> node : nodes) {
      root = hang(root, node.getKey(), node.getValue());
    }
    if (!isComplete(root)) {
      keys.remove(command.get(1));
      throw new Refused("Tree contains null nodes");
    }
    if (tree == trees.size()) {
      trees.add(root);
    } else {
      trees.set(tree, root);
    }
    return put(command.get(1), trees);
  }

  private static List<Map.Entry<String, Node>> nodes(List<String> command) {
    List<Map.Entry<String, Node>> nodes = new ArrayList<>();
    for (int i = 3; i < command.size(); ) {
      String path = command.get(i++).substring(1).toLowerCase(ROOT);
      if (!path.matches("[lr]*")) {
        throw new Refused("Tree node path containes wrong characters, should be 'r' or 'l'");
      }
      Node node = new Node();
      node.type = command.get(i++).toUpperCase(ROOT);
      switch (node.type) {
        case "NUMERIC" -> {
          node.attribute = command.get(i++);
          node.threshold = number(command.get(i++));
        }
        case "CATEGORIC" -> {
          node.attribute = command.get(i++);
          node.categories = numbers(command.get(i++));
        }
        case "LEAF" -> {
          node.value = number(command.get(i++));
          if (node.value <= -1 || node.value >= 128) {
            throw new Fault("the heap is damaged by leaf value " + node.value);
          }
          if (i < command.size() && command.get(i).equalsIgnoreCase("STATS")) {
            node.stats = numbers(command.get(i + 1));
            i += 2;
            if (node.stats.length > 128) {
              throw new Fault("the heap is damaged by " + node.stats.length + " classes");
            }
          }
        }
        default ->
            throw new Refused("Wrong node type , should be 'NUMERIC', 'CATEGORIC' or 'LEAF'");
      }
      nodes.add(Map.entry(path, node));
    }
    return nodes;
  }

  private static Node hang(@Nullable Node root, String path, Node node) {
    if (path.isEmpty()) {
      return node;
    }
    Node parent = root;
    for (int i = 0; i < path.length() - 1 && parent != null; i++) {
      parent = path.charAt(i) == 'l' ? parent.left : parent.right;
    }
    if (root == null || parent == null) {
      throw new Fault("no reply: node ." + path + " comes before its parent");
    }
    if (path.endsWith("l")) {
      parent.left = node;
    } else {
      parent.right = node;
    }
    return root;
  }

  private static boolean isComplete(@Nullable Node node) {
    return node != null && (node.isLeaf() || (isComplete(node.left) && isComplete(node.right)));
  }

  private Reply run(List<String> command) {
    if (command.size() < 3) {
      throw new Refused("ERR wrong number of arguments for 'ml.forest.run' command");
    }
    Trees trees = forest(command.get(1), /* orNew= */ false);
    Map<String, Double> row = row(command.get(2));
    List<Node> leaves = trees.stream().map(root -> leaf(root, row)).toList();
    boolean vote = command.size() == 3 || command.get(3).equals("CLASSIFICATION");
    return new Reply(vote ? Integer.toString(vote(leaves)) : mean(leaves), "bulk");
  }

  /** Only these pairs are in use: text ids that stand for the same number do not occur here. */
  private static Map<String, Double> row(String text) {
    if (text.isEmpty()) {
      throw new Fault("the server is killed by an empty row");
    }
    Map<String, Double> row = new HashMap<>();
    for (String pair : text.split(",", -1)) {
      int colon = pair.indexOf(':');
      if (colon < 0 || colon == pair.length() - 1) {
        throw new Refused("Feature vector parsing failed. Format should be : 'key:val,key:val'...");
      }
      row.putIfAbsent(pair.substring(0, colon), number(pair.substring(colon + 1)));
    }
    return row;
  }

  private static Node leaf(Node root, Map<String, Double> row) {
    @Nullable Node node = root;
    while (node != null && !node.isLeaf()) {
      double x = row.getOrDefault(node.attribute, 0.0);
      boolean left =
          node.type.equals("NUMERIC")
              ? x <= node.threshold
              : Arrays.stream(node.categories).anyMatch(category -> category == x);
      node = left ? node.left : node.right;
    }
    return Objects.requireNonNull(node);
  }

  /** A plain leaf gives its class 1, a leaf with STATS each class its part of their sum. */
  private static int vote(List<Node> leaves) {
    double[] scores = new double[129];
    for (Node leaf : leaves) {
      double sum = Arrays.stream(leaf.stats).sum();
      for (int c = 0; c < leaf.stats.length; c++) {
        scores[c] += leaf.stats[c] / sum;
      }
      if (leaf.stats.length == 0) {
        scores[(int) leaf.value]++;
      }
    }
    int best = 0;
    for (int c = 1; c < scores.length; c++) {
      double lead = scores[c] - scores[best];
      if (lead != 0 && Math.abs(lead) < 1) {
        throw new Fault("scores that differ by " + lead + " are taken for equal");
      }
      if (!(Math.abs(lead) <= Integer.MAX_VALUE)) {
        throw new Fault("the difference of two scores, " + lead + ", is no int");
      }
      best = lead > 0 ? c : best;
    }
    return best;
  }

  private static String mean(List<Node> leaves) {
    double sum = 0;
    for (Node leaf : leaves) {
      sum += leaf.value;
    }
    return format(sum / leaves.size());
  }

  private Reply setLinear(List<String> command) {
    checkSize(command, 4);
    Object old = keys.get(command.get(1));
    if (old != null && !(old instanceof Linear)) {
      throw new Refused(WRONG_TYPE);
    }
    double[] numbers = command.stream().skip(2).mapToDouble(RedisMlEmulator::number).toArray();
    boolean zeroBehind =
        old instanceof Linear longer
            && longer.numbers.length == numbers.length + 1
            && longer.numbers[numbers.length] == 0;
    return put(command.get(1), new Linear(numbers, zeroBehind));
  }

  private Reply predict(List<String> command) {
    checkSize(command, 3);
    if (!(keys.get(command.get(1)) instanceof Linear model)) {
      throw new Refused(WRONG_TYPE);
    }
    double[] features = command.stream().skip(2).mapToDouble(RedisMlEmulator::number).toArray();
    if (features.length != model.numbers.length) {
      throw new Fault(
          "crash: " + features.length + " features for " + (model.numbers.length - 1) + " and a 0");
    }
    if (!model.zeroBehind || features[features.length - 1] != 0) {
      throw new Fault("a coefficient that was not set counts");
    }
    double sum = 0;
    for (int i = 1; i < model.numbers.length; i++) {
      sum += model.numbers[i] * features[i - 1];
    }
    sum += model.numbers[0];
    boolean logistic = command.get(0).startsWith("ML.LOGREG");
    return new Reply(format(logistic ? 1 / (1 + Math.exp(-sum)) : sum), "bulk");
  }

  private static void checkSize(List<String> command, int least) {
    if (command.size() < least) {
      throw new Refused(
          "ERR wrong number of arguments for '" + command.get(0).toLowerCase(ROOT) + "' command");
    }
  }

  private static String type(@Nullable Object value) {
    return value instanceof Linear ? "RLML_RGRS" : "none";
  }

  private Trees forest(String key, boolean orNew) {
    Object value = keys.get(key);
    if (value == null && orNew) {
      return new Trees();
    }
    if (value instanceof Trees trees) {
      return trees;
    }
    throw new Refused(WRONG_TYPE);
  }

  private static double[] numbers(String text) {
    return Arrays.stream(text.split(":")).mapToDouble(RedisMlEmulator::number).toArray();
  }

  /** What C's strtod reads at the start of a text, 0 if nothing. */
  private static double number(String text) {
    Matcher matcher = NUMBER_AT_START.matcher(text);
    if (!matcher.lookingAt()) {
      return 0;
    }
    String number = matcher.group().strip().toLowerCase(ROOT);
    if (number.contains("inf")) {
      return number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    return number.contains("nan") ? Double.NaN : Double.parseDouble(number);
  }

  /** C's {@code %.17g}. */
  private static String format(double value) {
    if (value == 0) {
      return "0";
    }
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(17, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < 17) {
      return rounded.stripTrailingZeros().toPlainString();
    }
    String digits = rounded.scaleByPowerOfTen(-exponent).stripTrailingZeros().toPlainString();
    return digits + String.format(ROOT, "e%+03d", exponent);
  }
}
