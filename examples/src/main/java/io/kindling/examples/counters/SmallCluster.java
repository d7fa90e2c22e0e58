package io.kindling.examples.counters;

import io.kindling.examples.CannotRunException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.sql.SparkSession;

/**
 * A standalone Spark cluster on this machine, in a process of its own: a master and two workers,
 * whose executors are processes too. {@code local[N]} never speculates, and has no executor to
 * lose.
 */
final class SmallCluster implements AutoCloseable {

  /** Two names of one machine: Spark puts a speculative copy on another host only. */
  private static final List<String> HOSTS = List.of("127.0.0.1", "localhost");

  private static final String URL = "spark://";

  /** These processes live for seconds: a quick start matters more than fast code. */
  private static final String QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  private final Path folder;
  private final Process process;

  /** Its URL, which the process writes once it can be reached. */
  private final String master;

  private SmallCluster(Path folder) throws IOException {
    this.folder = folder;
    process = startProcess(folder);
    master = awaitMaster();
  }

  /** Starts one, which takes some seconds. */
  static SmallCluster start() {
    try {
      Path folder = Files.createTempDirectory("kindling-cluster-");
      Files.createDirectory(folder.resolve("jars")); // Spark asks for it; the class path has all
      return new SmallCluster(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start a Spark cluster", e);
    }
  }

  private static Process startProcess(Path folder) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of(QUICK_START.split(" ", -1)));
    command.addAll(
        List.of(
            "-Xmx256m",
            "-Dspark.master.rest.enabled=false",
            "-cp",
            System.getProperty("java.class.path"),
            SmallCluster.class.getName(),
            folder.resolve("work").toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_"));
    builder.environment().put("SPARK_HOME", folder.toString());
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_LOCAL_DIRS", folder.resolve("local").toString());
    builder.redirectError(folder.resolve("log").toFile());
    return builder.start();
  }

  private String awaitMaster() throws IOException {
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line;
    do {
      line = output.readLine();
    } while (line != null && !line.startsWith(URL));
    if (line == null) {
      String log = Files.readString(folder.resolve("log"));
      close();
      throw new CannotRunException("Cannot start a Spark cluster: " + log.strip());
    }
    return line;
  }

  /** A session on it, whose job starts with both executors there. */
  SparkSession connect(String name) {
    return SparkSession.builder()
        .appName(name)
        .master(master)
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executor.memory", "512m")
        .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        .config("spark.executor.extraJavaOptions", QUICK_START)
        .config("spark.executorEnv.SPARK_SCALA_VERSION", scalaVersion())
        .config("spark.cores.max", HOSTS.size())
        .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .config("spark.speculation", "true")
        .config("spark.speculation.interval", "100ms")
        .config("spark.speculation.quantile", "0.5")
        .config("spark.speculation.multiplier", "2")
        // A lost executor does not come back with its rows.
        .config("spark.shuffle.io.maxRetries", "0")
        .getOrCreate();
  }

  private static String scalaVersion() {
    String version = scala.util.Properties.versionNumberString();
    return version.substring(0, version.lastIndexOf('.'));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // An executor that is just ending still writes: the folder for temporary files keeps a
      // little.
    }
  }

  /** The process of master and workers, which ends with the one that started it. */
  public static void main(String[] args) throws IOException {
    // Not Master.main, after which a driver may come too early, and then waits 20 seconds.
    String url =
        Master.startRpcEnvAndEndpoint("127.0.0.1", 0, 0, new SparkConf())
            ._1()
            .address()
            .toSparkURL();
    for (int i = 0; i < HOSTS.size(); i++) {
      String[] worker = {
        "--host",
        HOSTS.get(i),
        "--webui-port",
        "0",
        "--cores",
        "1",
        "--memory",
        "512m",
        "--work-dir",
        args[0] + i,
        url
      };
      inBackground(() -> Worker.main(worker));
    }
    System.out.println(url);
    while (System.in.read() >= 0) {
      // Nobody writes there: it ends when the other process does.
    }
    System.exit(0);
  }

  private static void inBackground(Runnable main) {
    Thread thread = new Thread(main);
    thread.setDaemon(true);
    thread.start();
  }
}
