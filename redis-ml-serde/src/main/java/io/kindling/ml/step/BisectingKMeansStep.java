package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.ArrayList;
import java.util.List;

/** The leaf of a tree of clusters: Spark's {@code BisectingKMeansModel}. */
public final class BisectingKMeansStep implements Step {

  private static final int MAX_DEPTH = 1_000;

  private final Wiring wiring;
  private final Node root;
  private final boolean cosine;

  /** A cluster. */
  public static final class Node {

    private final int index;
    private final double[] center;
    private final double norm;
    private final List<Node> children;

    /**
     * A leaf or a cluster of clusters.
     *
     * @param index what is predicted, of a leaf; else 0
     * @param center taken over
     * @param norm of the center
     * @param children none of a leaf
     */
    public Node(int index, double[] center, double norm, List<Node> children) {
      this.index = index;
      this.center = center;
      this.norm = norm;
      this.children = List.copyOf(children);
    }
  }

  /**
   * Of a tree.
   *
   * @param cosine whether the distance is the cosine's, else Euclid's
   */
  public BisectingKMeansStep(Wiring wiring, Node root, boolean cosine) {
    this.wiring = wiring;
    this.root = root;
    this.cosine = cosine;
  }

  static BisectingKMeansStep decode(Wiring wiring, ByteSource source) {
    boolean cosine = Flags.decode(source);
    int size = source.countOf("elements", Double.BYTES);
    return new BisectingKMeansStep(wiring, node(source, size, 0), cosine);
  }

  private static Node node(ByteSource source, int size, int depth) {
    if (depth > MAX_DEPTH) {
      throw source.error("the tree is deeper than " + MAX_DEPTH);
    }
    int index = source.smallVarint("index");
    double norm = source.f64();
    double[] center = new double[size];
    for (int i = 0; i < size; i++) {
      center[i] = source.f64();
    }
    List<Node> children = new ArrayList<>();
    int count = source.countOf("clusters", 1);
    for (int i = 0; i < count; i++) {
      children.add(node(source, size, depth + 1));
    }
    return new Node(index, center, norm, children);
  }

  @Override
  public void encode(ByteSink sink) {
    Flags.encode(cosine, sink);
    sink.varint(root.center.length);
    encode(root, sink);
  }

  private static void encode(Node node, ByteSink sink) {
    sink.varint(node.index);
    sink.f64(node.norm);
    for (double element : node.center) {
      sink.f64(element);
    }
    sink.varint(node.children.size());
    node.children.forEach(child -> encode(child, sink));
  }

  @Override
  public StepKind kind() {
    return StepKind.BISECTING_K_MEANS;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      VectorValue vector = StepInput.vector(this, row, root.center.length);
      double norm = KMeansStep.norm(vector);
      distance(root, vector, norm); // where Spark refuses, it refuses here
      Node node = root;
      while (!node.children.isEmpty()) {
        node = nearest(node.children, vector, norm);
      }
      row.setNumber(wiring.out(0), node.index);
    };
  }

  /** Scala's minBy: NaN is the greatest, of equals the first is taken. */
  private Node nearest(List<Node> children, VectorValue vector, double norm) {
    Node nearest = children.get(0);
    double least = distance(nearest, vector, norm);
    for (Node child : children.subList(1, children.size())) {
      double distance = distance(child, vector, norm);
      if (Double.compare(distance, least) < 0) {
        nearest = child;
        least = distance;
      }
    }
    return nearest;
  }

  private double distance(Node node, VectorValue vector, double norm) {
    if (cosine ? !(norm > 0) || !(node.norm > 0) : !(norm >= 0)) {
      throw RowRefusedException.of(
          this, "meets a vector whose norm is %s, allowed is %s 0", norm, cosine ? ">" : ">=");
    }
    return cosine
        ? 1 - KMeansStep.dot(node.center, vector) / node.norm / norm
        : KMeansStep.squaredDistance(node.center, node.norm, vector, norm);
  }
}
