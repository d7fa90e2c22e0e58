package io.kindling.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Where a figure was taken, without which it means nothing.
 *
 * @param cores the processors that the JVM sees
 * @param memoryGiB physical memory, rounded down
 * @param jvm the version of the Java runtime
 * @param spark the version of Spark on the class path
 * @param redis the version of the Redis measured against, {@code none} if there was none
 */
record Machine(int cores, long memoryGiB, String jvm, String spark, String redis) {

  static Machine here(String redis) {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        system.getTotalMemorySize() >> 30,
        System.getProperty("java.version"),
        org.apache.spark.package$.MODULE$.SPARK_VERSION(),
        redis);
  }
}
