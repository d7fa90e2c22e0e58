package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig.Node;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Counters;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import redis.clients.jedis.params.ScanParams;

/** Where the counting benchmarks run: Spark in this JVM, and a Redis of their own. */
final class CountingBed implements AutoCloseable {
  private final TestRedis server;
  private final Redis redis;
  private final JavaSparkContext spark;
  private int names;

  private CountingBed(TestRedis server, JavaSparkContext spark) {
    this.server = server;
    this.spark = spark;
    redis = Redis.connect(server.config());
  }

  static CountingBed start(TestRedis server, int threads) {
    SparkSession session =
        SparkSession.builder().appName("bench").master("local[" + threads + "]").getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
    return new CountingBed(server, JavaSparkContext.fromSparkContext(session.sparkContext()));
  }

  TestRedis server() {
    return server;
  }

  Redis redis() {
    return redis;
  }

  Node node() {
    return server.config().nodes().get(0);
  }

  JavaSparkContext spark() {
    return spark;
  }

  /** A name that was not used before. */
  String newName() {
    return "bench-" + names++;
  }

  /** A new run. */
  Counters open() {
    return Counters.open(server.config(), newName());
  }

  /** The memory of all keys that match, by MEMORY USAGE SAMPLES 0. */
  double bytes(String pattern) {
    var scan = new ScanParams().match(pattern).count(100_000);
    String cursor = ScanParams.SCAN_POINTER_START;
    double bytes = 0;
    do {
      var page = redis.jedis().scan(cursor, scan);
      for (String key : page.getResult()) {
        bytes += redis.jedis().memoryUsage(key, 0);
      }
      cursor = page.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    return bytes;
  }

  /** Waits until the server's threads have freed what was removed. */
  void awaitFreed() {
    Awaitility.await("memory freed")
        .until(() -> server.ask("INFO", "memory").contains("lazyfree_pending_objects:0"));
  }

  @Override
  public void close() {
    spark.close();
    redis.close();
  }
}
