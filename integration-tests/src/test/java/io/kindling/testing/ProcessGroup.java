package io.kindling.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;
import org.jspecify.annotations.Nullable;

/** Processes of one SPARK_HOME, all killed when it closes and at the end of this JVM. */
final class ProcessGroup implements AutoCloseable {
  private static final AtomicInteger GROUPS = new AtomicInteger();
  private static final Set<ProcessGroup> OPEN = ConcurrentHashMap.newKeySet();

  private final SparkHome home;
  private final Path logs;
  private final List<JvmProcess> processes = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(ProcessGroup::close)));
  }

  private ProcessGroup(SparkHome home, Path logs) {
    this.home = home;
    this.logs = logs;
  }

  static ProcessGroup create(SparkClassPath classPath) {
    String name = ProcessHandle.current().pid() + "-" + GROUPS.incrementAndGet();
    Path logs = Path.of("target", "spark-processes", name).toAbsolutePath();
    try {
      Files.createDirectories(logs);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create " + logs, e);
    }
    SparkHome home = SparkHome.assemble(classPath, ClassArchive.optionsFor(classPath.spark()));
    var group = new ProcessGroup(home, logs);
    OPEN.add(group);
    return group;
  }

  SparkHome home() {
    return home;
  }

  Path logs() {
    return logs;
  }

  /** Starts a main class of Spark with a class path besides Spark's. */
  JvmProcess start(String name, List<Path> classPath, String mainClass, List<String> arguments) {
    return start(name, List.of(), classPath, mainClass, arguments, null);
  }

  /** The same with options of the JVM and, if it reads one, a file as its standard input. */
  JvmProcess start(
      String name,
      List<String> options,
      List<Path> classPath,
      String mainClass,
      List<String> arguments,
      @Nullable Path input) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    command.addAll(SparkHome.QUICK_START);
    command.addAll(home.archive());
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ", -1)));
    command.addAll(List.of(home.logOption(), "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8"));
    command.add("-Dspark.master.rest.enabled=false");
    // In seconds. Who dies is noticed at once; who is only slow, on a busy machine, is no loss.
    command.add("-Dspark.worker.timeout=600");
    command.addAll(options);
    var entries = new ArrayList<>(home.jars());
    // Before the jars of another Spark, which may have other versions of what the tests need.
    entries.addAll(home.archive().isEmpty() ? 0 : entries.size(), classPath);
    command.addAll(List.of("-cp", SparkClassPath.join(entries)));
    command.add(mainClass);
    command.addAll(arguments);
    JvmProcess process = JvmProcess.start(name, command, input, home, logs);
    processes.add(process);
    if (closed) {
      // A test goes on for a moment while this JVM shuts down.
      process.kill();
      throw new IllegalStateException("Cannot start " + name + ": the group is closed");
    }
    return process;
  }

  /** All that run, with those they started. */
  List<Long> pids() {
    return processes.stream()
        .map(JvmProcess::handle)
        .flatMap(handle -> Stream.concat(Stream.of(handle), handle.descendants()))
        .filter(ProcessHandle::isAlive)
        .map(ProcessHandle::pid)
        .toList();
  }

  /** In the order of their start: once the master is gone, no worker replaces an executor. */
  @Override
  public void close() {
    closed = true;
    RuntimeException failure = null;
    for (JvmProcess process : processes) {
      try {
        process.kill();
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    Folders.delete(home.folder());
    OPEN.remove(this);
    if (failure != null) {
      throw failure;
    }
  }
}
