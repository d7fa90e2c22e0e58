package io.kindling.bench;

import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.Dispatcher;
import io.kindling.testing.SparkProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** A driver whose two executors are processes: one is killed, and all columns are asked for. */
final class ExecutorLossFork {
  private static final String FIGURE = "figure: ";
  private static final int ROWS = 500_000;

  private ExecutorLossFork() {}

  static void report(BenchReport report) throws IOException, InterruptedException {
    double[] figures =
        Fork.runSpark(ExecutorLossFork.class).stream()
            .filter(line -> line.startsWith(FIGURE))
            .mapToDouble(line -> Double.parseDouble(line.substring(FIGURE.length())))
            .toArray();
    int half = figures.length / 2;
    report.add(
        "query_with_two_executors_ms",
        "ms",
        "all 16 columns of 500,000 rows, two executors of one core",
        Arrays.copyOf(figures, half));
    report.add(
        "first_query_after_executor_loss_ms",
        "ms",
        "the same, pushed when one of the two was just killed: it is replaced and half is read again",
        Arrays.copyOfRange(figures, half, figures.length));
  }

  /** Prints the times before the losses, then those after. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> conf = new HashMap<>();
    for (Tuple2<String, String> pair : Dispatcher.configure(new SparkConf(false)).getAll()) {
      conf.put(pair._1(), pair._2());
    }
    Path folder = Files.createTempDirectory("kindling-bench-");
    try (TestRedis server = TestRedis.start();
        SparkProcesses processes = SparkProcesses.start(/* workers= */ 2, /* coresPerWorker= */ 1);
        SparkSession session = processes.session(conf);
        DispatchBed bed =
            DispatchBed.start(server, DispatchFrames.narrow(session, ROWS), "lost", folder)) {
      List<String> all = List.of(DispatchLatency.ALL_COLUMNS);
      double[] after = new double[DispatchBench.REPETITIONS];
      bed.seconds(all);
      for (int i = 0; i < after.length; i++) {
        bed.seconds(all);
        System.out.println(FIGURE + 1e3 * bed.seconds(all));
        processes.killExecutor(processes.awaitExecutors(2).get(i % 2).pid());
        after[i] = 1e3 * bed.seconds(all);
      }
      for (double each : after) {
        System.out.println(FIGURE + each);
      }
    } finally {
      DispatchBench.delete(folder);
    }
  }
}
