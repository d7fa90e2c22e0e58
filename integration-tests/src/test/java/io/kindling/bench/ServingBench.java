package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.Forest;
import java.util.List;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.sql.SparkSession;

/**
 * How fast does a forest answer in the JVM and inside Redis, against Spark itself and another
 * library? {@code mvn -B -ntp -Pbench verify -Dbench=serving}
 *
 * <p>500 complete trees of depth 5, 5 classes, 1,700 features of which a row sets 100; and 15,000
 * trees of depth 7 over 200 features, all set, 2 classes. Forests and rows are generated from fixed
 * seeds; Spark gets the same forest. Every way is warm and answers the same rows in the same run,
 * one at a time; each answer was compared to the bit with Spark's before, the class alone of the
 * other library's. The cores are kept awake meanwhile for all of them; what the round trip costs
 * without that stands in the figures named {@code _halting_}.
 */
final class ServingBench implements Benchmark {

  static final int REPETITIONS = 5;
  static final int ROWS = 1_000;

  @Override
  public void run(BenchReport report) throws Exception {
    try (TestRedis server = startRedis();
        Redis redis = Redis.connect(server.config());
        SparkSession session =
            SparkSession.builder().appName("bench").master("local[1]").getOrCreate()) {
      report.measuredAgainst(server);
      FunctionsServing functions = compareOneRow(report, session, redis);
      functions.reportHalting(report);
      try (AwakeCores cores = AwakeCores.start()) {
        functions.reportMemory(report);
        new LargeForest(redis).report(report, cores);
      }
      BlockingServing.report(report);
      ServingDocs.add(report);
    }
  }

  private static FunctionsServing compareOneRow(
      BenchReport report, SparkSession session, Redis redis) throws Exception {
    GeneratedForest generated = new GeneratedForest(500, 5, 1700, 5, 2_000, 20170601);
    List<SparseRow> rows = generated.rows(ROWS, 100);
    Forest forest = generated.forest();
    RandomForestClassificationModel model = generated.spark();
    try (AwakeCores cores = AwakeCores.start()) {
      report.addExact("awake_cores", "cores", cores.note(), cores.spinning());
      SparkServing spark = new SparkServing(session, model, rows);
      JvmServing jvm = new JvmServing(forest, rows);
      RivalServing rival = new RivalServing(Rival.load(), model, rows);
      FunctionsServing functions = new FunctionsServing(redis, forest, rows);

      jvm.compare(spark);
      functions.compare(spark);
      rival.compare(spark);
      report.addExact(
          "differences", "rows", ROWS + " rows, jvm and functions against transform", 0);
      spark.report(report);
      jvm.report(report, spark);
      rival.report(report, jvm);
      functions.report(report, spark, cores);
      return functions;
    }
  }

  private static TestRedis startRedis() {
    // Every call of a millisecond or more stands in SLOWLOG.
    return TestRedis.start("--slowlog-log-slower-than", "1000", "--slowlog-max-len", "100000");
  }
}
