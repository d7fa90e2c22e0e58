package io.kindling.faults.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kindling.dispatch.Dispatcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each fault that a running cluster knows, by name, while models are served, counts are committed
 * and queries run: nothing is lost or counted twice, no answer is wrong, and all goes on by itself.
 */
@Tag("faults")
@Tag("local")
class FaultTableIT {
  private static final long SEED =
      Long.getLong("kindling.faults.seed", System.nanoTime() % 1_000_000_000);

  private static final String ONLY = System.getProperty("kindling.faults.only", "");
  private static final FaultTable TABLE = new FaultTable();
  private static int trials;

  @TempDir private static Path folder;

  private static SparkSession spark;

  static Stream<NamedFault<?>> faults() {
    return all().stream().filter(fault -> fault.name().contains(ONLY));
  }

  static List<NamedFault<?>> all() {
    return Stream.of(
            FailoverFaults.all(),
            ClusterFaults.all(),
            ReplyFaults.all(),
            SilenceFaults.all(),
            DiskFaults.all(),
            LibraryFaults.all())
        .<NamedFault<?>>flatMap(List::stream)
        .toList();
  }

  @BeforeAll
  static void start() {
    System.out.println("FaultTableIT seed " + SEED);
    SparkConf conf =
        Dispatcher.configure(new SparkConf())
            .setMaster("local[4,4]")
            .setAppName("fault table")
            .set("spark.ui.enabled", "false")
            .set("spark.sql.shuffle.partitions", "2");
    spark = SparkSession.builder().config(conf).getOrCreate();
    assertThat(spark.sparkContext().master()).isEqualTo("local[4,4]");
    spark.sparkContext().setLogLevel("OFF");
  }

  @AfterAll
  static void stop() throws IOException {
    spark.stop();
    TABLE.write();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void fault_underThreeLoads_losesNothingAndCountsNothingTwice(NamedFault<?> fault)
      throws Exception {
    if (fault.reply().equals("MISCONF")) {
      assumeTrue(
          DiskFaults.isPossible() || System.getenv("CI") != null,
          "No prlimit or no env --ignore-signal on this machine");
    }
    trials++;
    new Trial(fault, spark, folder.resolve("dataset-" + trials), new Random(SEED)).carryOut(TABLE);
  }
}
