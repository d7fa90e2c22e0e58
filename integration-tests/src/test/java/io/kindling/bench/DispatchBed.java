package io.kindling.bench;

import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.Dispatcher;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.RDDInfo;

/** A dispatcher over one dataset, its results never remembered, and a client of its queue. */
final class DispatchBed implements AutoCloseable {
  static final String TENANT = "a";
  static final String OTHER_TENANT = "b";

  private final Dispatcher dispatcher;
  private final Thread driver;
  private final RawQueue queue;

  private DispatchBed(Dispatcher dispatcher, Thread driver, RawQueue queue) {
    this.dispatcher = dispatcher;
    this.driver = driver;
    this.queue = queue;
  }

  /** A session with what a dispatcher needs and these settings, on all cores. */
  static SparkSession session(Map<String, String> settings) {
    SparkConf conf = Dispatcher.configure(new SparkConf()).set("spark.ui.enabled", "false");
    settings.forEach(conf::set);
    SparkSession session =
        SparkSession.builder()
            .config(conf)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .appName("bench")
            .master("local[*]")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
    return session;
  }

  /** Starts one; the dataset is written to a new folder. */
  static DispatchBed start(TestRedis server, Dataset<Row> rows, String name, Path folder) {
    Dispatcher dispatcher =
        Dispatcher.builder(rows.sparkSession(), server.config(), name)
            .tenant(TENANT, 1)
            .tenant(OTHER_TENANT, 1)
            .dataset("rows", rows, folder.resolve(name).toString())
            .cachedResults(0)
            .build();
    Thread driver = new Thread(dispatcher::run, "bench-driver");
    driver.start();
    return new DispatchBed(dispatcher, driver, new RawQueue(server, name, "rows"));
  }

  RawQueue queue() {
    return queue;
  }

  /**
   * The seconds that it takes to count all of these, from the push until the last result is read.
   */
  double seconds(List<String> wheres) {
    return Timing.seconds(() -> queue.count(TENANT, wheres));
  }

  /** What Spark says that the column store takes: memory, and disk. */
  static long storeBytes(SparkSession session) {
    return Arrays.stream(session.sparkContext().getRDDStorageInfo())
        .filter(info -> info.name().startsWith("kindling "))
        .mapToLong(DispatchBed::bytes)
        .sum();
  }

  /** The same of all else that is cached. */
  static long cacheBytes(SparkSession session) {
    return Arrays.stream(session.sparkContext().getRDDStorageInfo())
        .filter(info -> !info.name().startsWith("kindling "))
        .mapToLong(DispatchBed::bytes)
        .sum();
  }

  private static long bytes(RDDInfo info) {
    return info.memSize() + info.diskSize();
  }

  @Override
  public void close() {
    queue.close();
    dispatcher.close();
    try {
      driver.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
