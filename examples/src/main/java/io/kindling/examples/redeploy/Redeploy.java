package io.kindling.examples.redeploy;

import io.kindling.core.Redis;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.Program;
import io.kindling.examples.TextTable;
import io.kindling.examples.redeploy.Deployments.Deployment;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.LiveModel;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Prediction;
import io.kindling.ml.Predictor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/** A model that is asked all the time, and replaced and rolled back meanwhile. */
public final class Redeploy {

  private static final int NIGHTS = 5;
  private static final int ROWS = 200;

  /** Of each runtime: two services, or two clients, with a thread each. */
  private static final int CALLERS = 2;

  /** More than what is promised, so that the rate is held in spite of a late last call. */
  private static final double MARGIN = 1.02;

  private static final Duration LONGEST_ROLLBACK = Duration.ofSeconds(1);

  private final PrintStream out;
  private final RedeployOptions options;
  private final List<FeatureVector> rows = Nights.toAsk(ROWS);
  private final String model = "redeploy-" + UUID.randomUUID().toString().substring(0, 8);

  private Redeploy(PrintStream out, RedeployOptions options) {
    this.out = out;
    this.options = options;
  }

  /** Runs it; {@code --help} says how. */
  public static void main(String[] args) throws Exception {
    System.exit(Program.exitCode("redeploy", System.err, () -> run(System.out, args)));
  }

  /** The exit code: 0 if all is as it should be, 1 if not. */
  static int run(PrintStream out, String... args) throws Exception {
    RedeployOptions options = RedeployOptions.parse(args);
    if (options.help()) {
      out.print(RedeployOptions.USAGE);
      return 0;
    }
    Redeploy redeploy = new Redeploy(out, options);
    out.printf("Training a forest for each of %d nights ...%n", NIGHTS);
    List<Forest> nights = Nights.train(NIGHTS);
    return Program.onRedis(options.redisUri(), uri -> redeploy.run(uri, nights));
  }

  private int run(String uri, List<Forest> nights) throws Exception {
    try (Redis redis = Redis.connect(uri)) {
      try {
        return run(redis, nights);
      } finally {
        redis.jedis().del("kindling:model:{" + model + "}");
      }
    }
  }

  private int run(Redis redis, List<Forest> nights) throws Exception {
    Deployments deployments = new Deployments(ModelStore.of(redis), model, nights, options);
    deployments.publishFirst();
    List<LiveModel> services = new ArrayList<>();
    try {
      List<Caller> inJvm = new ArrayList<>();
      List<Caller> inRedis = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        LiveModel service = LiveModel.open(redis, model);
        services.add(service);
        inJvm.add(caller(service::predict, options.jvmRate()));
        inRedis.add(caller(Predictor.open(redis, model)::explain, options.redisRate()));
      }
      warmUp(services, Predictor.open(redis, model));
      out.printf(
          "Asking it for %d s, while %d versions go live and %d are rolled back ...%n%n",
          options.seconds(), options.promotions(), options.rollbacks());
      long start = System.nanoTime();
      runTogether(Stream.concat(inJvm.stream(), inRedis.stream()).toList(), deployments);
      return judge(inJvm, inRedis, deployments, start);
    } finally {
      services.forEach(LiveModel::close);
    }
  }

  private Caller caller(Function<FeatureVector, Prediction> question, int rate) {
    double each = MARGIN * rate / CALLERS;
    return new Caller(question, rows, each, (int) Math.ceil(each * options.seconds()));
  }

  private void warmUp(List<LiveModel> services, Predictor predictor) {
    for (int i = 0; i < 20_000; i++) {
      services.get(i % services.size()).predict(rows.get(i % rows.size()));
      if (i % 10 == 0) {
        predictor.explain(rows.get(i % rows.size()));
      }
    }
  }

  /**
   * Returns when all have ended.
   *
   * @throws CannotRunException if a version could not be published
   */
  private static void runTogether(List<Caller> callers, Deployments deployments)
      throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    Stream.concat(Stream.of(deployments), callers.stream())
        .forEach(work -> threads.add(new Thread(work)));
    threads.get(0).setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      throw new CannotRunException(
          "Cannot publish or roll back: " + failures.get(0).getMessage(), failures.get(0));
    }
  }

  private int judge(List<Caller> inJvm, List<Caller> inRedis, Deployments deployments, long start)
      throws IOException {
    Verdict jvm = Verdict.of(inJvm, start, rows, deployments, LiveModel.DEFAULT_MAX_STALENESS);
    Verdict inside = Verdict.of(inRedis, start, rows, deployments, Duration.ZERO);
    TextTable table =
        new TextTable(
            "", "requests", "a second", "errors", "wrong", "stale", "p50", "p99", "p99.9", "max");
    add(table, "JVM", jvm);
    add(table, "Redis", inside);
    table.print(out);
    out.printf(
        "%nwrong: not the answer of the version that it names, to the bit%n"
            + "stale: of a version that was not live, in the JVM within the last %s, in Redis during"
            + " the call%n%n",
        text(LiveModel.DEFAULT_MAX_STALENESS.toNanos()));

    List<Deployment> rollbacks = deployments.all().stream().filter(Deployment::isRollback).toList();
    Duration slowest = Duration.ZERO;
    for (Deployment rollback : rollbacks) {
      Duration visible =
          Verdict.visibleAfter(
              rollback, deployments, Stream.concat(inJvm.stream(), inRedis.stream()).toList());
      slowest = visible.compareTo(slowest) > 0 ? visible : slowest;
    }
    out.printf(
        "%d versions went live, %d were rolled back; the last answer of a rolled back version was"
            + " asked for %s after the rollback was called, at most.%n",
        deployments.all().size() - 1 - rollbacks.size(), rollbacks.size(), text(slowest.toNanos()));
    Stream.concat(inJvm.stream(), inRedis.stream())
        .filter(caller -> caller.firstError() != null)
        .findFirst()
        .ifPresent(caller -> out.println("The first error: " + caller.firstError()));

    Path chart = options.chart().toAbsolutePath();
    Files.createDirectories(chart.getParent());
    Files.writeString(
        chart, LatencyChart.of(inJvm, inRedis, deployments.all(), start, options.seconds()));
    out.println("Chart: " + chart);

    boolean isClean =
        jvm.isClean(options.jvmRate())
            && inside.isClean(options.redisRate())
            && slowest.compareTo(LONGEST_ROLLBACK) < 0;
    out.println(isClean ? "All as promised." : "Not as promised.");
    return isClean ? 0 : 1;
  }

  private static void add(TextTable table, String name, Verdict verdict) {
    table.add(
        name,
        String.format(Locale.ROOT, "%,d", verdict.counts().calls()),
        String.format(Locale.ROOT, "%,.0f", verdict.ratePerSecond()),
        String.valueOf(verdict.counts().errors()),
        String.valueOf(verdict.counts().wrong()),
        String.valueOf(verdict.counts().stale()),
        text(verdict.nanos(0.5)),
        text(verdict.nanos(0.99)),
        text(verdict.nanos(0.999)),
        text(verdict.nanos(1)));
  }

  private static String text(long nanos) {
    if (nanos < 1_000_000) {
      return String.format(Locale.ROOT, nanos < 10_000 ? "%.1f us" : "%.0f us", nanos / 1e3);
    }
    return nanos < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f ms", nanos / 1e6)
        : String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }
}
