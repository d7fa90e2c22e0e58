package io.kindling.examples.counters;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.counters.Counters;
import io.kindling.counters.CountersOptions;
import io.kindling.counters.PartitionStatistics;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.TextTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.spark.sql.SparkSession;

/** Counts the ratings of a folder in a job that fails, and compares with the truth. */
public final class Count {

  private final PrintStream out;
  private final Redis redis;
  private final Counters counters;
  private final String totalKey;

  private Count(PrintStream out, Redis redis, Counters counters, String totalKey) {
    this.out = out;
    this.redis = redis;
    this.counters = counters;
    this.totalKey = totalKey;
  }

  /**
   * Counts, prints, and removes its run from Redis unless it is to stay.
   *
   * @param folder of MovieTweetings ({@code ratings.dat}) or MovieLens 100K ({@code u.data})
   * @return how many of Kindling's counters differ from the truth
   */
  public static int run(PrintStream out, Redis redis, Path folder, boolean keep) {
    Path file = file(folder);
    String run = "ratings-" + UUID.randomUUID().toString().substring(0, 8);
    Counters counters =
        Counters.open(
            redis.config(),
            run,
            CountersOptions.defaults().withLiveInterval(Duration.ofMillis(200)));
    try {
      return new Count(out, redis, counters, "kindling:count:{" + run + "}:total").run(file);
    } finally {
      if (!keep) {
        counters.reset();
      }
    }
  }

  private static Path file(Path folder) {
    Path tweetings = folder.resolve("ratings.dat");
    Path file = Files.exists(tweetings) ? tweetings : folder.resolve("u.data");
    if (!Files.exists(file)) {
      throw new CannotRunException(
          "Cannot read ratings from "
              + folder.toAbsolutePath()
              + ": neither MovieLens 100K's u.data nor MovieTweetings' ratings.dat is there");
    }
    return file;
  }

  private int run(Path file) {
    RedisConfig.Node node = redis.config().nodes().get(0);
    out.printf(
        """
        Counting ratings on two Spark executors, on purpose with a task that fails, a task that is
        so slow that Spark starts a second one, an executor that is lost with its rows, and two
        actions on one uncached RDD. Meanwhile anybody may look:

          redis-cli -h %s -p %d HGETALL '%s'

        """,
        node.host(), node.port(), totalKey);
    Map<String, Long> accumulated;
    try (SmallCluster cluster = SmallCluster.start()) {
      accumulated = runJob(cluster.connect("Kindling counters"), file);
    }
    counters.awaitComplete(Duration.ofSeconds(10));
    int differences = compare(file, accumulated);
    printStatistics();
    counters.seal();
    printTotals();
    return differences;
  }

  /** Returns what Spark's accumulators say. */
  private Map<String, Long> runJob(SparkSession spark, Path file) {
    WhatHappened happened = new WhatHappened();
    spark.sparkContext().setLogLevel("OFF"); // Spark would say a lot about what fails here
    spark.sparkContext().addSparkListener(happened);
    Map<String, Long> accumulated = new TreeMap<>();
    try (ProgressLines lines = new ProgressLines(counters, out)) {
      lines.start();
      FailingJob job = new FailingJob(spark, counters);
      job.run(file);
      Tallies.NAMES.forEach(name -> accumulated.put(name, job.accumulated(name)));
    } finally {
      spark.stop(); // waits until the listener has heard everything
      spark.sparkContext().setLogLevel("ERROR");
    }
    happened.print(out);
    return accumulated;
  }

  private int compare(Path file, Map<String, Long> accumulated) {
    Map<String, Long> truth;
    try {
      truth = Tallies.truth(file);
    } catch (IOException e) {
      throw new CannotRunException("Cannot read " + file.toAbsolutePath() + ": " + e, e);
    }
    int differences = 0;
    TextTable table = new TextTable("", "truth", "Spark's accumulator", "Kindling");
    for (String name : Tallies.NAMES) {
      long exact = truth.getOrDefault(name, 0L);
      long counted = counters.total(name);
      table.add(name, number(exact), number(accumulated.getOrDefault(name, 0L)), number(counted));
      if (counted != exact) {
        differences++;
      }
    }
    table.print(out);
    return differences;
  }

  private void printStatistics() {
    out.printf("%nHow the partitions of pass '%s' share them:%n%n", FailingJob.READ);
    TextTable table = new TextTable("", "least", "median", "most", "in partition");
    for (Map.Entry<String, PartitionStatistics> entry :
        counters.statistics(FailingJob.READ).entrySet()) {
      PartitionStatistics statistics = entry.getValue();
      table.add(
          entry.getKey(),
          number(statistics.min()),
          number(statistics.median()),
          number(statistics.max()),
          number(statistics.partitionOfMax()));
    }
    table.print(out);
  }

  /** As redis-cli prints them, in one of the orders that Redis may give. */
  private void printTotals() {
    out.printf("%nHGETALL '%s'%n", totalKey);
    int line = 1;
    for (Map.Entry<String, String> total :
        new TreeMap<>(redis.jedis().hgetAll(totalKey)).entrySet()) {
      out.printf("%2d) \"%s\"%n%2d) \"%s\"%n", line, total.getKey(), line + 1, total.getValue());
      line += 2;
    }
    out.println();
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
