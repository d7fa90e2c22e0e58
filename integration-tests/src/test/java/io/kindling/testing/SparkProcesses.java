package io.kindling.testing;

import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * A standalone master and its workers, each a process of its own on 127.0.0.1 and on free ports.
 *
 * <p>Drivers run in this JVM ({@link #session}) or in one of their own ({@link #submit}). The logs
 * of all processes stay in {@code target/spark-processes}. A JVM has one {@link SparkSession} at a
 * time: close it before the next.
 */
public final class SparkProcesses implements AutoCloseable {
  private final SparkClassPath classPath;
  private final ProcessGroup group;
  private final MasterProcess master;
  private final List<WorkerProcess> workers;
  private final int cores;
  private final AtomicInteger submissions = new AtomicInteger();
  private @Nullable SparkSession session;

  private SparkProcesses(
      SparkClassPath classPath,
      ProcessGroup group,
      MasterProcess master,
      List<WorkerProcess> workers,
      int cores) {
    this.classPath = classPath;
    this.group = group;
    this.master = master;
    this.workers = List.copyOf(workers);
    this.cores = cores;
  }

  /** Starts them from this JVM's class path, and returns when all workers have registered. */
  public static SparkProcesses start(int workers, int coresPerWorker) {
    return start(SparkClassPath.ofThisJvm(), workers, coresPerWorker);
  }

  /** Starts them from another class path; to another Spark than this JVM's, jobs are submitted. */
  public static SparkProcesses start(SparkClassPath classPath, int workers, int coresPerWorker) {
    ProcessGroup group = ProcessGroup.create(classPath);
    try {
      return start(classPath, group, workers, coresPerWorker);
    } catch (RuntimeException | Error e) {
      group.close();
      throw e;
    }
  }

  private static SparkProcesses start(
      SparkClassPath classPath, ProcessGroup group, int number, int coresPerWorker) {
    JvmProcess masterProcess =
        group.start(
            "master",
            List.of(),
            "org.apache.spark.deploy.master.Master",
            List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
    MasterProcess master = MasterProcess.of(masterProcess);
    var workers = new ArrayList<WorkerProcess>();
    for (int i = 0; i < number; i++) {
      workers.add(startWorker(group, i, coresPerWorker, master));
    }
    Waiting.until(
        number + " workers register",
        Waiting.LIMIT,
        () -> {
          masterProcess.requireAlive();
          for (WorkerProcess worker : workers) {
            worker.process().requireAlive();
          }
          return master.aliveWorkers() == number;
        },
        masterProcess::log);
    return new SparkProcesses(classPath, group, master, workers, number * coresPerWorker);
  }

  private static WorkerProcess startWorker(
      ProcessGroup group, int index, int cores, MasterProcess master) {
    String name = "worker-" + index;
    var folder = group.logs().resolve(name);
    // Two names of this machine are two hosts to Spark, which speculates on another host only.
    String host = index % 2 == 0 ? "127.0.0.1" : "localhost";
    var arguments = new ArrayList<>(List.of("--host", host, "--port", "0"));
    arguments.addAll(List.of("--webui-port", "0", "--work-dir", folder.toString()));
    // Enough for an executor and a driver, of 512m each, of several applications.
    arguments.addAll(List.of("--cores", String.valueOf(cores), "--memory", "4g", master.url()));
    JvmProcess process =
        group.start(name, List.of(), "org.apache.spark.deploy.worker.Worker", arguments);
    return new WorkerProcess(index, process, folder);
  }

  /** {@code spark://127.0.0.1:port}. */
  public String masterUrl() {
    return master.url();
  }

  /**
   * A session whose driver is this JVM, with an executor of 512 MiB on each worker. Jobs wait until
   * all executors have registered.
   *
   * @param conf settings that go before the fixture's own
   */
  public SparkSession session(Map<String, String> conf) {
    requireSparkOfThisJvm();
    var all = new SparkConf();
    settings(cores).forEach(all::set);
    all.setAppName("test");
    conf.forEach(all::set);
    SparkSession opened = SparkSession.builder().config(all).getOrCreate();
    String openedOn = opened.sparkContext().master();
    if (!openedOn.equals(masterUrl())) {
      throw new IllegalStateException(
          "Cannot open a session on %s: this JVM has one on %s".formatted(masterUrl(), openedOn));
    }
    session = opened;
    return opened;
  }

  private void requireSparkOfThisJvm() {
    var source = SparkContext.class.getProtectionDomain().getCodeSource();
    String wanted = "-" + classPath.sparkVersion() + ".jar";
    if (!source.getLocation().getPath().endsWith(wanted)) {
      throw new IllegalStateException(
          "Cannot open a session on Spark %s: this JVM has %s; submit the job"
              .formatted(classPath.sparkVersion(), source.getLocation()));
    }
  }

  /**
   * Runs spark-submit on a class of the application's class path. In cluster mode it returns once
   * the master has accepted the driver.
   *
   * @param conf settings that go before the fixture's own
   */
  public Submission submit(
      DeployMode mode, Class<?> mainClass, List<String> arguments, Map<String, String> conf) {
    if (!Modifier.isPublic(mainClass.getModifiers())) {
      throw new IllegalArgumentException(
          "Cannot submit %s: Spark needs a public class".formatted(mainClass.getName()));
    }
    return submit(
        mode,
        new ApplicationJar(mainClass.getName(), group.home().applicationJar(), List.of()),
        arguments,
        conf);
  }

  /**
   * Runs spark-submit on an application that comes in jars. In cluster mode it returns once the
   * master has accepted the driver.
   *
   * @param conf settings that go before the fixture's own
   */
  public Submission submit(
      DeployMode mode,
      ApplicationJar application,
      List<String> arguments,
      Map<String, String> conf) {
    boolean cluster = mode == DeployMode.CLUSTER;
    if (cluster && cores < 2) {
      throw new IllegalArgumentException(
          "Cannot submit in cluster mode to 1 core: the driver takes one, the executors another");
    }
    Map<String, String> all = settings(cluster ? cores - 1 : cores);
    all.put("spark.submit.deployMode", cluster ? "cluster" : "client");
    if (!classPath.application().isEmpty()) {
      all.put("spark.driver.extraClassPath", SparkClassPath.join(classPath.application()));
    }
    all.put("spark.driver.memory", "512m");
    all.putAll(conf);

    var line = new ArrayList<>(List.of("--class", application.mainClass()));
    all.forEach((key, value) -> line.addAll(List.of("--conf", key + "=" + value)));
    if (!application.jars().isEmpty()) {
      line.addAll(List.of("--jars", String.join(",", texts(application.jars()))));
    }
    line.add(application.jar().toString());
    line.addAll(arguments);
    JvmProcess process =
        group.start(
            "submission-" + submissions.incrementAndGet(),
            cluster ? List.of() : classPath.application(),
            "org.apache.spark.deploy.SparkSubmit",
            line);
    return cluster
        ? new ClusterSubmission(process, master, workers)
        : new ClientSubmission(process);
  }

  private static List<String> texts(List<Path> paths) {
    return paths.stream().map(Path::toString).toList();
  }

  private Map<String, String> settings(int executorCores) {
    var settings = new HashMap<String, String>();
    settings.put("spark.master", masterUrl());
    settings.put("spark.driver.host", "127.0.0.1");
    settings.put("spark.driver.bindAddress", "127.0.0.1");
    settings.put("spark.ui.enabled", "false");
    settings.put("spark.executor.memory", "512m");
    if (!classPath.application().isEmpty()) {
      settings.put("spark.executor.extraClassPath", SparkClassPath.join(classPath.application()));
    }
    settings.put("spark.sql.warehouse.dir", group.home().warehouse().toString());
    // Together: the first job waits for every executor, and so is spread over all of them.
    settings.put("spark.cores.max", String.valueOf(executorCores));
    settings.put("spark.scheduler.minRegisteredResourcesRatio", "1.0");
    settings.put("spark.scheduler.maxRegisteredResourcesWaitingTime", "120s");
    return settings;
  }

  /**
   * The executors that run now, of all applications: some may not have registered yet, and those of
   * an application that has just ended may not have gone yet.
   */
  public List<ExecutorProcess> executors() {
    return workers.stream().flatMap(worker -> worker.executors().stream()).toList();
  }

  /** Waits until exactly this many executors run. */
  public List<ExecutorProcess> awaitExecutors(int number) {
    var found = new ArrayList<ExecutorProcess>();
    Waiting.until(
        number + " executors run",
        Waiting.LIMIT,
        () -> {
          found.clear();
          found.addAll(executors());
          return found.size() == number;
        },
        () -> "executors " + found + ", logs in " + group.logs());
    return List.copyOf(found);
  }

  /**
   * Kills an executor (SIGKILL) and returns once it is gone. Spark starts another in its place.
   *
   * @throws IllegalArgumentException if no executor has that pid
   */
  public void killExecutor(long pid) {
    List<ExecutorProcess> running = executors();
    if (running.stream().noneMatch(executor -> executor.pid() == pid)) {
      throw new IllegalArgumentException(
          "Cannot kill %d: the executors are %s".formatted(pid, running));
    }
    JvmProcess.kill(pid);
  }

  /** All processes that run: master, workers, executors, submitters and drivers. */
  public List<Long> pids() {
    return group.pids();
  }

  /** Stops the session of this JVM if one is open, and kills all processes. */
  @Override
  public void close() {
    try {
      if (session != null && !session.sparkContext().isStopped()) {
        session.stop();
      }
    } finally {
      group.close();
    }
  }
}
