package io.kindling.bench;

import io.kindling.bench.BarChart.Bar;
import java.util.List;

/** What the documentation says of {@link ServingBench}: a chart, and two texts beside the table. */
final class ServingDocs {

  private ServingDocs() {}

  static void add(BenchReport report) {
    report.add(oneRow(report));
    report.document("README.md", "serving-summary", summary(report));
    report.document("docs/sharing-redis.md", "ceiling", ceiling(report));
  }

  private static BarChart oneRow(BenchReport report) {
    return new BarChart(
        "one-row",
        "One row through 500 trees, median",
        "us",
        List.of(
            new Bar("Spark transform", report.value("transform_p50_us")),
            new Bar("JPMML", report.value("jpmml_p50_us")),
            new Bar("Kindling in Redis", report.value("functions_msgpack_p50_us")),
            new Bar("Spark predict", report.value("predict_p50_us")),
            new Bar("Kindling in the JVM", report.value("jvm_single_p50_us"))));
  }

  private static String summary(BenchReport report) {
    return """

        | one row, 500 trees of depth 5, 5 classes, 1,700 features, 100 set | median |
        |---|---:|
        | Spark `transform` of a data frame of one row | %s us |
        | JPMML's evaluator | %s us |
        | Kindling in Redis, a round trip on loopback (PING: %s us) | %s us |
        | Spark `model.predict`, in the driver's JVM | %s us |
        | Kindling in the JVM | %s us |

        """
        .formatted(
            of(report, "transform_p50_us"),
            of(report, "jpmml_p50_us"),
            of(report, "ping_p50_us"),
            of(report, "functions_msgpack_p50_us"),
            of(report, "predict_p50_us"),
            of(report, "jvm_single_p50_us"));
  }

  private static String ceiling(BenchReport report) {
    return """

        | forest | one Redis thread answers | each call holds everybody else for |
        |---|---|---|
        | 500 trees of depth 5, 5 classes, a row a call | %s rows/s | %s us |
        | the same, 64 rows a call | %s rows/s | %s ms |
        | 15,000 trees of depth 7, 2 classes, a row a call | %s rows/s | %s ms |

        The longest call that SLOWLOG saw of publishing, compiling and serving them: %s ms, and with
        Spark at work on the same two cores %s ms.
        Compiled, a node takes %s bytes in the server's Lua; stored, %s bytes.

        """
        .formatted(
            of(report, "functions_single_rows_per_s"),
            of(report, "functions_msgpack_p50_us"),
            of(report, "functions_batch64_rows_per_s"),
            BenchReport.compact(64e3 / report.value("functions_batch64_rows_per_s")),
            BenchReport.compact(1e3 / report.value("functions_15k_p50_ms")),
            of(report, "functions_15k_p50_ms"),
            of(report, "slowlog_longest_ms"),
            of(report, "slowlog_longest_15k_ms"),
            of(report, "lua_bytes_per_node"),
            of(report, "redis_bytes_per_node"));
  }

  private static String of(BenchReport report, String figure) {
    return BenchReport.compact(report.value(figure));
  }
}
