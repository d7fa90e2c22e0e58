package io.kindling.testing;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.awaitility.Awaitility;

/** An application to submit: prints the sum of the numbers from 1 to its argument. */
public final class SubmittedSum {
  /** As a second argument: stay after the sum. */
  static final String FOREVER = "forever";

  private SubmittedSum() {}

  /** Called by spark-submit. */
  public static void main(String[] args) {
    List<Integer> numbers = IntStream.rangeClosed(1, Integer.parseInt(args[0])).boxed().toList();
    try (var context = new JavaSparkContext(new SparkConf())) {
      int sum = context.parallelize(numbers).reduce(Integer::sum);
      System.out.println("sum=" + sum + " on " + context.master());
      if (args.length > 1 && args[1].equals(FOREVER)) {
        Awaitility.await(FOREVER).forever().until(() -> false);
      }
    }
  }
}
