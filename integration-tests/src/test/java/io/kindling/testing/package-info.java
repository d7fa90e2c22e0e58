/**
 * Real Spark processes for integration tests: a standalone master and workers on 127.0.0.1, started
 * from the jars of a class path, with executors and drivers that a test can kill.
 *
 * <pre>{@code
 * try (SparkProcesses spark = SparkProcesses.start(2, 1);
 *     SparkSession session = spark.session(Map.of())) {
 *   spark.killExecutor(spark.awaitExecutors(2).get(0).pid());
 * }
 * }</pre>
 */
@NullMarked
package io.kindling.testing;

import org.jspecify.annotations.NullMarked;
