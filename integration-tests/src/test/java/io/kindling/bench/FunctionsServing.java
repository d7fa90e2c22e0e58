package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.Predictor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import redis.clients.jedis.UnifiedJedis;

/** Kindling's functions inside Redis, a round trip a call on loopback. */
final class FunctionsServing {

  private static final String NAME = "bench-500x5";
  private static final String KEY = "kindling:model:{" + NAME + "}";
  private static final int WARM_UP = 5_000;
  private static final int CALLS = 3_000;
  private static final int BATCH = 64;

  /** Rates of two seconds differ by a tenth; three of them say too little of their ratio. */
  private static final int BATCH_REPETITIONS = 9;

  private final UnifiedJedis jedis;
  private final Redis redis;
  private final Forest forest;
  private final Predictor predictor;
  private final FeatureVector[] rows;
  private final String[] texts;
  private final double[] publishMillis = new double[ServingBench.REPETITIONS + 2];

  FunctionsServing(Redis redis, Forest forest, List<SparseRow> rows) {
    this.redis = redis;
    this.jedis = redis.jedis();
    this.forest = forest;
    this.predictor = Predictor.open(redis, NAME);
    this.rows = rows.stream().map(SparseRow::forKindling).toArray(FeatureVector[]::new);
    this.texts = Arrays.stream(this.rows).map(FeatureVector::toText).toArray(String[]::new);
    for (int i = 0; i < publishMillis.length; i++) {
      // Compiled versions are shared by content: without this only the first would be cold.
      LuaMemory.dropCompiled(redis);
      long start = System.nanoTime();
      forest.publish(redis, NAME);
      publishMillis[i] = (System.nanoTime() - start) / 1e6;
    }
  }

  void compare(SparkServing spark) {
    spark.requireSameAnswers("functions", i -> predictor.explain(rows[i]));
  }

  void report(BenchReport report, SparkServing spark, AwakeCores cores) {
    report.add(
        "publish_ms",
        "ms",
        "stored, compiled, golden rows answered, live; two publications before; " + cores.note(),
        Arrays.copyOfRange(publishMillis, 2, publishMillis.length));
    Timing.micros(WARM_UP, call -> jedis.ping());
    report.add(
        "ping_p50_us",
        "us",
        "PING through the same client; " + cores.note(),
        Timing.p50Micros(ServingBench.REPETITIONS, CALLS, call -> jedis.ping()));

    Timing.micros(WARM_UP, this::text);
    double[] text = Timing.p50Micros(ServingBench.REPETITIONS, CALLS, this::text);
    report.add(
        "functions_text_p50_us", "us", "FCALL_RO with features as text; " + cores.note(), text);
    Timing.micros(WARM_UP, this::msgpack);
    double[] msgpack = Timing.p50Micros(ServingBench.REPETITIONS, CALLS, this::msgpack);
    report.add("functions_msgpack_p50_us", "us", "Predictor.predict; " + cores.note(), msgpack);

    double[] best = Timing.median(text) < Timing.median(msgpack) ? text : msgpack;
    report.addRatio(
        "functions_vs_transform", "best encoding, round trip", spark.transformMicros(), best);
    report.addRatio(
        "functions_vs_predict", "best encoding, round trip", spark.predictMicros(), best);
    reportBatch(report);
  }

  /** The same without {@link AwakeCores}: what a client sees on an idle virtual machine. */
  void reportHalting(BenchReport report) {
    Timing.micros(WARM_UP, call -> jedis.ping());
    report.add(
        "ping_halting_p50_us",
        "us",
        "PING through the same client; idle cores may halt",
        Timing.p50Micros(ServingBench.REPETITIONS, CALLS, call -> jedis.ping()));
    Timing.micros(WARM_UP, this::msgpack);
    report.add(
        "functions_msgpack_halting_p50_us",
        "us",
        "Predictor.predict; idle cores may halt",
        Timing.p50Micros(ServingBench.REPETITIONS, CALLS, this::msgpack));
  }

  private void text(int call) {
    Object reply =
        jedis.fcallReadonly("kindling_predict", List.of(KEY), List.of(texts[call % texts.length]));
    Sink.take(reply.hashCode());
  }

  private void msgpack(int call) {
    Sink.take(predictor.predict(rows[call % rows.length]));
  }

  private void reportBatch(BenchReport report) {
    List<FeatureVector> batch = Arrays.asList(rows).subList(0, BATCH);
    Timing.micros(WARM_UP / BATCH * 4, call -> Sink.take(predictor.predictBatch(batch)[0]));
    double[] single = new double[BATCH_REPETITIONS];
    double[] together = new double[BATCH_REPETITIONS];
    for (int i = 0; i < single.length; i++) {
      int[] at = {0};
      single[i] = Timing.perSecond(2, () -> msgpack(at[0]++));
      together[i] = BATCH * Timing.perSecond(2, () -> Sink.take(predictor.predictBatch(batch)[0]));
    }
    report.add("functions_single_rows_per_s", "rows/s", "single calls, one connection", single);
    report.add(
        "functions_batch64_rows_per_s", "rows/s", "64 rows a call, one connection", together);
    report.addRatio(
        "functions_batch64_vs_single",
        "rows/s, one connection",
        inverse(single),
        inverse(together));
  }

  private static double[] inverse(double[] rates) {
    return Arrays.stream(rates).map(rate -> 1 / rate).toArray();
  }

  void reportMemory(BenchReport report) {
    report.addExact(
        "redis_bytes_per_node",
        "bytes",
        "MEMORY USAGE SAMPLES 0 of a key with one version, " + forest.numNodes() + " nodes",
        keyBytes() / (double) forest.numNodes());
    LuaMemory.dropCompiled(redis);
    double before = LuaMemory.bytes(redis);
    predictor.predict(rows[0]);
    report.addExact(
        "lua_bytes_per_node",
        "bytes",
        "collectgarbage('count') after two full collections",
        (LuaMemory.bytes(redis) - before) / forest.numNodes());
  }

  /** The memory of the model's hash when it holds nothing but one version. */
  private double keyBytes() {
    jedis.del(KEY);
    forest.publish(redis, NAME);
    return jedis.memoryUsage(KEY.getBytes(StandardCharsets.UTF_8), 0);
  }
}
