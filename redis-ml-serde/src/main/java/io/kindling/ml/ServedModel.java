package io.kindling.ml;

import io.kindling.core.Redis;
import io.kindling.core.RedisReplyException;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.StepKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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

  /** Between two looks at a replica that lags behind. */
  private static final Duration PAUSE = Duration.ofMillis(2);

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

  /**
   * As {@link #checkServable(Forest, int)}, for a pipeline.
   *
   * @throws IllegalArgumentException if they cannot
   */
  static void checkServable(Pipeline pipeline, ServedCost cost, int maxNodes) {
    for (Step step : pipeline.body().steps()) {
      if (step.kind().runtimes() == StepKind.Runtimes.JVM) {
        throw new IllegalArgumentException(
            "Cannot publish pipeline: stage "
                + step.wiring().stage()
                + " cannot be served by the functions in Redis; PublishOptions.jvmOnly publishes it"
                + " for the JVM alone");
      }
      if (step instanceof ForestStep forest) {
        checkServable(forest.forest(), maxNodes);
      }
    }
    checkOfPipeline(cost.nodes(), maxNodes, "nodes");
    checkOfPipeline(cost.numbers(), ServingProtocol.MAX_NUMBERS, "numbers in its stages");
  }

  private static void checkOfPipeline(long seen, long allowed, String what) {
    if (seen > allowed) {
      throw new IllegalArgumentException(
          String.format(
              "Cannot publish pipeline: %d %s, functions in Redis serve up to %d;"
                  + " PublishOptions.jvmOnly publishes it for the JVM alone",
              seen, what, allowed));
    }
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
          "Cannot publish "
              + metadata.schema().kind()
              + ": golden rows and metrics make metadata of "
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
  void verify(ModelMetadata metadata, GoldenAnswers answers) {
    verify("its master", this::onMaster, metadata, answers);
    for (Redis replica : replicas()) {
      verify(where(replica), call -> onReplica(replica, call), metadata, answers);
    }
  }

  /**
   * Waits until each replica that reads go to has heard that the version is live, or what became so
   * after it.
   *
   * @param before the version that was live until then
   * @throws ModelVerificationException if one does not hear it
   */
  void awaitLive(@Nullable String before) {
    for (Redis replica : replicas()) {
      ModelHash copy = new ModelHash(replica, hash.name());
      String live = copy.live();
      while (!version.equals(live) && Objects.equals(live, before)) {
        checkDeadline(where(replica), "live is " + live);
        LockSupport.parkNanos(PAUSE.toNanos());
        live = copy.live();
      }
    }
  }

  /** Those that reads of the model go to. */
  private List<Redis> replicas() {
    return redis.config().readFromReplicas()
        ? redis.replicas().stream().filter(this::holdsKey).toList()
        : List.of();
  }

  private static String where(Redis replica) {
    return "replica " + replica.config().nodes().get(0);
  }

  /** A function and its arguments behind the version. */
  private record Call(String function, List<byte[]> rows) {}

  private void verify(
      String node,
      Function<Call, @Nullable Object> server,
      ModelMetadata metadata,
      GoldenAnswers answers) {
    Call warm = new Call(ServingProtocol.WARM, List.of());
    while (!ServingProtocol.isWarm(ask(node, server, warm))) {
      checkDeadline(node, "still compiling");
    }
    for (ModelMetadata.Golden row : metadata.golden()) {
      Call explain = new Call(ServingProtocol.EXPLAIN, arguments(row, metadata));
      Prediction answer = ServingProtocol.explanation(ask(node, server, explain));
      if (!answers.agree(answer, row.answer())) {
        throw new ModelVerificationException(
            String.format(
                "Cannot serve %s: golden row '%s' is %s at %s, its publisher says %s",
                hash.where(version), row.row(), answer, node, row.answer()));
      }
    }
  }

  private static List<byte[]> arguments(ModelMetadata.Golden row, ModelMetadata metadata) {
    return metadata.schema() instanceof ModelMetadata.OfPipeline
        ? FieldArguments.of(row.fields())
        : List.of(ServingProtocol.utf8(row.features()));
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
        checkDeadline(where(replica), e.reply());
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
}
