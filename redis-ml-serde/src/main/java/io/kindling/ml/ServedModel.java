package io.kindling.ml;

import io.kindling.core.Redis;
import io.kindling.core.RedisReplyException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A stored version as the function library serves it: what can be served, and whether each node
 * that will serve it does.
 */
final class ServedModel {

  /** How long a node may take to receive, compile and answer a version. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Duration PAUSE = Duration.ofMillis(10);

  /** By how much 1 / (1 + exp(x)) of two mathematical libraries differs. */
  private static final double EXP_ERROR = 0x1p-51;

  private final Redis redis;
  private final ModelHash hash;
  private final String version;
  private final long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();

  ServedModel(Redis redis, ModelHash hash, String version) {
    this.redis = redis;
    this.hash = hash;
    this.version = version;
  }

  /**
   * Checks that the function library can serve a forest, which the JVM's evaluator always can.
   *
   * @throws IllegalArgumentException if it cannot
   */
  static void checkServable(Forest forest, int maxNodes) {
    check(forest.numClasses(), ServingProtocol.MAX_CLASSES, "classes", "");
    check(forest.numTrees(), ServingProtocol.MAX_TREES, "trees", "");
    check(
        ServingProtocol.compiledNodes(forest),
        maxNodes,
        "nodes",
        "; PublishOptions.maxNodes raises that, at up to 110 bytes of Redis's memory a node");
  }

  private static void check(long seen, long allowed, String what, String hint) {
    if (seen > allowed) {
      throw new IllegalArgumentException(
          String.format(
              "Cannot publish forest: %d %s, functions in Redis serve up to %d%s;"
                  + " forest.evaluator() serves any",
              seen, what, allowed, hint));
    }
  }

  /** As {@link #checkServable(Forest, int)}, for what stands beside the bytes. */
  static void checkServable(ModelMetadata metadata) {
    int bytes = metadata.toJson().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > ServingProtocol.MAX_METADATA_BYTES) {
      throw new IllegalArgumentException(
          "Cannot publish forest: golden rows and metrics make metadata of "
              + bytes
              + " bytes, allowed are "
              + ServingProtocol.MAX_METADATA_BYTES);
    }
  }

  /**
   * Compiles the version on the master that holds it and, where reads go to replicas, on each of
   * its replicas, and compares their answers to the golden rows.
   *
   * @throws ModelVerificationException if one differs
   */
  void verify(ModelMetadata metadata, double tolerance) {
    verify("its master", this::onMaster, metadata, tolerance);
    if (redis.config().readFromReplicas()) {
      for (Redis replica : redis.replicas()) {
        if (holdsKey(replica)) {
          String node = "replica " + replica.config().nodes().get(0);
          verify(node, call -> onReplica(replica, call), metadata, tolerance);
        }
      }
    }
  }

  /** A function and its arguments behind the version. */
  private record Call(String function, List<byte[]> rows) {}

  private void verify(
      String node,
      Function<Call, @Nullable Object> server,
      ModelMetadata metadata,
      double tolerance) {
    Call warm = new Call(ServingProtocol.WARM, List.of());
    while (!ServingProtocol.isWarm(ask(node, server, warm))) {
      checkDeadline(node, "still compiling");
    }
    for (ModelMetadata.Golden row : metadata.golden()) {
      Call explain =
          new Call(ServingProtocol.EXPLAIN, List.of(ServingProtocol.utf8(row.features())));
      Prediction answer = ServingProtocol.explanation(ask(node, server, explain));
      if (!agree(answer, row.answer(), metadata.numClasses(), tolerance)) {
        throw new ModelVerificationException(
            String.format(
                "Cannot serve %s: golden row '%s' is %s at %s, its publisher says %s",
                hash.where(version), row.features(), answer, node, row.answer()));
      }
    }
  }

  private @Nullable Object ask(String node, Function<Call, @Nullable Object> server, Call call) {
    while (true) {
      try {
        return server.apply(call);
      } catch (RedisReplyException e) {
        if (!ServingProtocol.isRefusal(e.reply())) {
          throw e;
        }
        if (!ServingProtocol.isCold(e.reply())) {
          throw new ModelVerificationException(
              "Cannot serve " + hash.where(version) + ": " + node + " says: " + e.reply());
        }
        checkDeadline(node, e.reply()); // evicted by others since it was warm
      }
    }
  }

  private @Nullable Object onMaster(Call call) {
    return redis
        .functions()
        .call(ModelFunctions.LIBRARY, call.function(), List.of(hash.key()), arguments(call));
  }

  /** A replica may still have to receive the library and the version. */
  private @Nullable Object onReplica(Redis replica, Call call) {
    while (true) {
      try {
        return replica
            .jedis()
            .fcallReadonly(
                ServingProtocol.utf8(call.function()),
                List.of(ServingProtocol.utf8(hash.key())),
                arguments(call));
      } catch (RedisReplyException e) {
        if (!ServingProtocol.isWithoutLibrary(e.reply()) && !ServingProtocol.isMissing(e.reply())) {
          throw e;
        }
        checkDeadline("replica " + replica.config().nodes().get(0), e.reply());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /** The replicas of the other masters of a cluster redirect. */
  private boolean holdsKey(Redis replica) {
    try {
      replica.jedis().hexists(hash.key(), version);
      return true;
    } catch (RedisReplyException e) {
      if (e.prefix().equals("MOVED")) {
        return false;
      }
      throw e;
    }
  }

  private List<byte[]> arguments(Call call) {
    return ServingProtocol.arguments(version, call.rows());
  }

  private void checkDeadline(String node, String state) {
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new ModelVerificationException(
          String.format(
              "Cannot serve %s: after %d s it is not ready at %s: %s",
              hash.where(version), PATIENCE.toSeconds(), node, state));
    }
  }

  /*
   * Answers are compared bit for bit, with one exception. Gradient-boosted trees end in a dot product, which
   * Spark leaves to the machine's BLAS, in an order of its own, so the answer that Spark gave may differ in
   * the last bits; a class may then differ where the margin lies within that.
   */
  private static boolean agree(
      Prediction actual, Prediction expected, int numClasses, double tolerance) {
    double ofProbability = tolerance == 0 ? 0 : tolerance + EXP_ERROR;
    if (!near(actual.raw(), expected.raw(), tolerance)
        || !near(actual.probability(), expected.probability(), ofProbability)) {
      return false;
    }
    if (numClasses == 0) {
      return near(actual.prediction(), expected.prediction(), tolerance);
    }
    return actual.prediction() == expected.prediction()
        || (tolerance > 0 && Math.abs(actual.raw()[0]) <= tolerance);
  }

  private static boolean near(double[] actual, double[] expected, double tolerance) {
    boolean near = actual.length == expected.length;
    for (int i = 0; near && i < actual.length; i++) {
      near = near(actual[i], expected[i], tolerance);
    }
    return near;
  }

  private static boolean near(double actual, double expected, double tolerance) {
    return Double.compare(actual, expected) == 0 || Math.abs(actual - expected) <= tolerance;
  }

  /**
   * How far Spark's answer of a forest may lie from ours: 0, or for a sum of n products 4 n 2^-53
   * times the largest sum of their absolute values that any row can have.
   */
  static double tolerance(Forest forest) {
    if (forest.aggregation() != Aggregation.WEIGHTED_SUM) {
      return 0;
    }
    double sum = 0;
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      int end = tree + 1 < forest.numTrees() ? forest.root(tree + 1) : forest.numNodes();
      double largest = 0;
      for (int node = forest.root(tree); node < end; node++) {
        if (forest.isLeaf(node)) {
          largest = Math.max(largest, Math.abs(forest.leafValue(forest.leaf(node), 0)));
        }
      }
      sum += Math.abs(forest.treeWeight(tree)) * largest;
    }
    return 4.0 * forest.numTrees() * 0x1p-53 * sum;
  }
}
