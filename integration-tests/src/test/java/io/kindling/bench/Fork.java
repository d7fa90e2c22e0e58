package io.kindling.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own for a part of a benchmark, as JMH has it: nothing that ran before matters. */
final class Fork {
  private Fork() {}

  /** Runs a main class with this JVM's class path and answers the lines that it printed. */
  static List<String> run(Class<?> mainClass) throws IOException, InterruptedException {
    return run(List.of(), mainClass);
  }

  /** The same with this JVM's options, which Spark needs, and arguments. */
  static List<String> runSpark(Class<?> mainClass, String... arguments)
      throws IOException, InterruptedException {
    return run(ManagementFactory.getRuntimeMXBean().getInputArguments(), mainClass, arguments);
  }

  private static List<String> run(List<String> options, Class<?> mainClass, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass.getName()));
    command.addAll(List.of(arguments));
    Process fork = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    String printed = new String(fork.getInputStream().readAllBytes(), UTF_8);
    int code = fork.waitFor();
    if (code != 0) {
      throw new IllegalStateException("%s ended with %d".formatted(mainClass.getName(), code));
    }
    return printed.lines().toList();
  }
}
