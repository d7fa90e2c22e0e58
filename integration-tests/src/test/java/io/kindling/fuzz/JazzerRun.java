package io.kindling.fuzz;

import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.JazzerEntry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A target in a JVM of its own, instrumented by Jazzer, since libFuzzer runs once a process.
 *
 * @param module that has the target
 * @param target its class
 * @param disabledHooks checks of Jazzer's that the target itself would fail, separated by colons
 */
record JazzerRun(String module, String target, String disabledHooks) {
  private static final String JAZZER = "com.code_intelligence.jazzer.Jazzer";
  private static final Pattern INPUTS =
      Pattern.compile("(?m)^(?:#(\\d+)\\s|stat::number_of_executed_units: (\\d+))");
  private static final int MAX_CRASHERS = 5;
  private static final int MAX_SECONDS_AN_INPUT = 20;
  private static final int MAX_SECONDS_TO_START = 240;

  JazzerRun(String module, String target) {
    this(module, target, "");
  }

  /** What came of it. */
  record Result(String name, long inputs, long millis, List<Path> crashers) {
    String row() {
      return String.format(
          Locale.ROOT, "| %s | %,d | %d | %d |%n", name, inputs, millis / 1000, crashers.size());
    }
  }

  String name() {
    return target.substring(target.lastIndexOf('.') + 1);
  }

  Result fuzz(long seconds, long seed) throws IOException, InterruptedException {
    Path folder = Path.of("target", "fuzz", name()).toAbsolutePath();
    for (Path old : crashers(folder)) {
      Files.delete(old);
    }
    Path found = Files.createDirectories(folder.resolve("corpus"));
    Path seeds = Files.createDirectories(folder.resolve("seeds"));
    Path log = folder.resolve("log.txt");
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.add("-XX:+UseSerialGC");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), JAZZER));
    command.add("--target_class=" + JazzerEntry.class.getName());
    command.add("--target_args=" + target + " " + seeds);
    command.add("--instrumentation_includes=io.kindling.**");
    command.add("--instrumentation_excludes=io.kindling.core.testing.**");
    command.add("--keep_going=" + MAX_CRASHERS);
    if (!disabledHooks.isEmpty()) {
      command.add("--disabled_hooks=" + disabledHooks);
    }
    command.add("--reproducer_path=" + folder);
    command.add("-max_total_time=" + seconds);
    command.add("-timeout=" + MAX_SECONDS_AN_INPUT);
    command.add("-rss_limit_mb=0"); // the heap has a limit of its own
    command.add("-print_final_stats=1");
    command.add("-artifact_prefix=" + folder + "/");
    command.add("-seed=" + seed);
    command.addAll(List.of(found.toString(), seeds.toString()));
    Path committed = DocBlock.root().resolve(module + "/src/test/resources/fuzz/" + name());
    if (Files.isDirectory(committed)) {
      command.add(committed.toString());
    }

    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(seconds + MAX_SECONDS_TO_START, TimeUnit.SECONDS)) {
        throw new IllegalStateException(name() + " does not end; see " + log);
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    List<Path> crashers = crashers(folder);
    if (process.exitValue() != 0 && crashers.isEmpty()) {
      throw new IllegalStateException(
          name() + " ended with exit code " + process.exitValue() + "; see " + log);
    }
    return new Result(name(), inputs(Files.readString(log)), millis, crashers);
  }

  private static long inputs(String log) {
    long inputs = 0;
    Matcher count = INPUTS.matcher(log);
    while (count.find()) {
      inputs =
          Math.max(
              inputs, Long.parseLong(count.group(1) == null ? count.group(2) : count.group(1)));
    }
    return inputs;
  }

  private static List<Path> crashers(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("(crash|timeout|oom|slow-unit)-.*"))
          .sorted()
          .toList();
    }
  }
}
