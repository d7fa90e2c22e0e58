package io.kindling.examples.counters;

import io.kindling.counters.CountedFunction;
import io.kindling.counters.Counters;
import io.kindling.examples.EmbeddedRedis;
import java.io.PrintStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/** The lines of the README on counters: one RDD, read twice, counted once. */
public final class TwoActions {

  private static final String DATA =
      System.getProperty("kindling.examples", "examples") + "/data/movietweetings-100k/ratings.dat";

  private TwoActions() {}

  /** Runs it on a Redis of its own, or on the one whose URI is the argument. */
  public static void main(String[] args) {
    if (args.length > 0) {
      run(System.out, DATA, args[0]);
      return;
    }
    try (EmbeddedRedis own = EmbeddedRedis.start()) {
      run(System.out, DATA, own.uri());
    }
  }

  static void run(PrintStream out, String data, String uri) {
    SparkSession spark =
        SparkSession.builder().appName("Two actions").master("local[2,4]").getOrCreate();
    try {
      run(
          out,
          uri,
          spark.sparkContext().textFile(data, 2).toJavaRDD(),
          spark.sparkContext().longAccumulator());
    } finally {
      spark.stop();
    }
  }

  private static void run(
      PrintStream out, String uri, JavaRDD<String> lines, LongAccumulator accumulator) {
    // README: begin
    Counters counters = Counters.open(uri, "ratings");
    CountedFunction<String, String> film =
        (line, task) -> {
          accumulator.add(1);
          task.counter("ratings").increment(); // a plain long, committed with its partition
          return line.split("::", 3)[1];
        };
    JavaRDD<String> films = counters.counted("read", lines, film);
    out.println(films.count() + " ratings of " + films.distinct().count() + " films");
    out.println("Accumulator: " + accumulator.value() + ", Kindling: " + counters.totals());
    // README: end
    counters.seal();
  }
}
