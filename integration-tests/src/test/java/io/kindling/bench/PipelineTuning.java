package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisPipeline;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.util.SafeEncoder;

/** The batch of a pipeline: commands a second, and the memory that the server needs meanwhile. */
final class PipelineTuning {
  private static final List<Integer> SIZES = List.of(1, 8, 64, 512, 4_096);
  private static final int DEFAULT = 512;

  /** Of a measured pipeline at least, so that a short batch is not measured with its pipeline. */
  private static final int MIN_COMMANDS = 64;

  private static final String HASH = "tuning:pipeline";
  private static final String VALUE = "tuning:value";
  private static final String[] FIELDS = CountedRows.names(CountersBench.COUNTERS);
  private static final Pattern MEMORY = Pattern.compile("tot-mem=(\\d+)");

  private final Links links;

  PipelineTuning(Links links) {
    this.links = links;
  }

  void report(BenchReport report) throws Exception {
    double[][][] near = Turns.measure(TuningBench.REPETITIONS, SIZES, this::near);
    double[][][] far = Turns.measure(TuningBench.REPETITIONS, SIZES, this::far);
    double[][][] memory = Turns.measure(TuningBench.REPETITIONS, SIZES, this::memory);
    var table =
        new Table.Builder(
            "docs/tuning.md",
            "pipeline",
            "`pipeline-size`",
            "HINCRBY/s, loopback",
            "HINCRBY/s, 1 ms away",
            "KiB that Redis holds for the client, GET of 1 KiB");
    for (int i = 0; i < SIZES.size(); i++) {
      int size = SIZES.get(i);
      String what = String.format(Locale.ROOT, "batches of %,d", size);
      report.add("pipeline_" + size + "_per_s", "1/s", "HINCRBY, loopback, " + what, near[i][0]);
      report.add("pipeline_" + size + "_far_per_s", "1/s", "the same, 1 ms away", far[i][0]);
      report.add(
          "pipeline_" + size + "_client_kib",
          "KiB",
          "largest tot-mem seen in CLIENT LIST, GET of 1 KiB, " + what,
          memory[i][0]);
      table.row(
          size == 1 ? "1 (off)" : size == DEFAULT ? size + " (default)" : (Object) size,
          Timing.median(near[i][0]),
          Timing.median(far[i][0]),
          Timing.median(memory[i][0]));
    }
    TuningDocs.add(report, table.build());
  }

  private double[] near(int size) {
    return rate(links.near(), size);
  }

  private double[] far(int size) {
    return rate(links.far(), size);
  }

  private static double[] rate(RedisConfig config, int size) {
    int commands = Math.max(size, MIN_COMMANDS);
    try (Redis redis = connect(config, size)) {
      return new double[] {
        commands * Timing.perSecond(TuningBench.SECONDS, () -> count(redis, commands))
      };
    }
  }

  private static Redis connect(RedisConfig config, int size) {
    Redis redis =
        Redis.connect(config.toBuilder().pipelineSize(size).clientName(name(size)).build());
    redis.jedis().ping(); // What the first command pays is not measured.
    return redis;
  }

  private static String name(int size) {
    return "tuning-" + size;
  }

  private static void count(Redis redis, int commands) {
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (int i = 0; i < commands; i++) {
        pipeline.hincrBy(HASH, FIELDS[i % FIELDS.length], 1);
      }
    }
  }

  /** What another client sees of this one's memory while it reads. */
  private double[] memory(int size) {
    try (Redis observer = Redis.connect(links.near());
        Redis redis = connect(links.near(), size)) {
      observer.jedis().set(VALUE, "v".repeat(1_024));
      var reading =
          CompletableFuture.supplyAsync(
              () -> Timing.perSecond(TuningBench.SECONDS, () -> read(redis, size)));
      long largest = 0;
      while (!reading.isDone()) {
        largest = Math.max(largest, clientBytes(observer, name(size)));
      }
      reading.join();
      return new double[] {largest / 1024.0};
    }
  }

  private static void read(Redis redis, int commands) {
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (int i = 0; i < commands; i++) {
        pipeline.get(VALUE);
      }
    }
  }

  private static long clientBytes(Redis observer, String client) {
    Object list = observer.jedis().sendCommand(Protocol.Command.CLIENT, "LIST");
    return Arrays.stream(((String) SafeEncoder.encodeObject(list)).split("\n"))
        .filter(line -> line.contains(" name=" + client + " "))
        .map(MEMORY::matcher)
        .filter(Matcher::find)
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .max()
        .orElse(0);
  }
}
