package io.kindling.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;

/** A JVM of a test's own that lives for seconds: a quick start matters more than fast code. */
public final class ShortJvm {
  private ShortJvm() {}

  /**
   * Its command line, with the classes of this JVM.
   *
   * @param options for the JVM besides
   */
  public static List<String> command(
      List<String> options, Class<?> mainClass, List<String> arguments) {
    SparkClassPath classPath = SparkClassPath.ofThisJvm();
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(SparkHome.QUICK_START);
    command.addAll(ClassArchive.optionsFor(classPath.spark()));
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ", -1)));
    command.add("-Duser.timezone=UTC");
    command.addAll(options);
    command.addAll(List.of("-cp", classPath.sparkFirst()));
    command.add(mainClass.getName());
    command.addAll(arguments);
    return command;
  }
}
