package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Predictor;
import io.kindling.ml.PublishOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * How long one call keeps other clients of the server waiting: both forests are published, served
 * cold and served warm, by a JVM that does nothing else, and the server says which call was
 * longest.
 */
final class BlockingServing {
  private static final int RUNS = 3;
  private static final int CALLS = 1_000;

  private BlockingServing() {}

  /** Prints the milliseconds of the longest call and its name. */
  public static void main(String[] arguments) {
    List<SlowLog.Call> calls = new ArrayList<>();
    try (TestRedis server =
        TestRedis.start("--slowlog-log-slower-than", "1000", "--slowlog-max-len", "100000")) {
      calls.addAll(
          calls(server, "500x5", new GeneratedForest(500, 5, 1700, 5, 2_000, 20170601), 100));
      calls.addAll(
          calls(server, "15000x7", new GeneratedForest(15_000, 7, 200, 2, 10_000, 20180601), 200));
    }
    SlowLog.Call longest = Collections.max(calls, Comparator.comparingLong(SlowLog.Call::micros));
    System.out.println(longest.micros() / 1e3);
    System.out.println(longest.command());
  }

  private static List<SlowLog.Call> calls(
      TestRedis server, String name, GeneratedForest generated, int set) {
    List<SlowLog.Call> calls = new ArrayList<>();
    try (Redis redis = Redis.connect(server.config())) {
      publish(redis, name, generated.forest());
      calls.addAll(new SlowLog(redis).calls());
      server.ask("SAVE");
    }
    server.kill(); // A restarted server has compiled nothing.
    server.startAgain();
    try (Redis redis = Redis.connect(server.config())) {
      serve(redis, name, generated, set);
      calls.addAll(new SlowLog(redis).calls());
    }
    return calls;
  }

  private static void publish(Redis redis, String name, Forest forest) {
    ModelStore.of(redis)
        .publish(name, forest, PublishOptions.builder().maxNodes(forest.numNodes() * 2).build());
  }

  private static void serve(Redis redis, String name, GeneratedForest generated, int set) {
    List<FeatureVector> rows =
        generated.rows(64, set).stream().map(SparseRow::forKindling).toList();
    Predictor predictor = Predictor.open(redis, name);
    for (int i = 0; i < CALLS; i++) { // The first ones find a model that is not compiled.
      Sink.take(predictor.predict(rows.get(i % rows.size())));
    }
    for (FeatureVector row : rows) {
      Sink.take(predictor.explain(row).prediction());
    }
    Sink.take(predictor.predictBatch(rows)[0]);
  }

  /** Adds the longest call of each of several JVMs that do nothing else. */
  static void report(BenchReport report) throws IOException, InterruptedException {
    double[] millis = new double[RUNS];
    String[] commands = new String[RUNS];
    for (int i = 0; i < RUNS; i++) {
      List<String> printed = Fork.run(BlockingServing.class);
      millis[i] = Double.parseDouble(printed.get(0));
      commands[i] = printed.get(1);
    }
    report.add(
        "slowlog_longest_ms",
        "ms",
        "both forests published, cold and warm, from JVMs that do nothing else: "
            + String.join(", ", Arrays.stream(commands).distinct().toList()),
        millis);
  }
}
