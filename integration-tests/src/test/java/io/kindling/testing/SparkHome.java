package io.kindling.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A temporary SPARK_HOME: links to jars, and settings for the processes that workers start.
 *
 * @param folder it lies in
 * @param scalaVersion that Spark's scripts would find out
 * @param jars links to Spark's, in the order of its class path
 * @param archive options for a JVM whose class path begins with them
 */
record SparkHome(Path folder, String scalaVersion, List<Path> jars, List<String> archive) {
  /** What a JVM that a worker starts leaves in its working directory, from its first moment on. */
  static final String PID_FILE_PREFIX = "jvm-";

  /** These processes live for seconds: a quick start matters more than fast code. */
  static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final String LOG_SETTINGS =
      """
      rootLogger.level = info
      rootLogger.appenderRef.console.ref = console
      appender.console.type = Console
      appender.console.name = console
      appender.console.target = SYSTEM_ERR
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1}: %m%n%ex
      """;

  static SparkHome assemble(SparkClassPath classPath, List<String> archive) {
    try {
      Path folder = Files.createTempDirectory("kindling-spark-");
      Path jarsFolder = Files.createDirectory(folder.resolve("jars"));
      var jars = new ArrayList<Path>();
      for (int i = 0; i < classPath.spark().size(); i++) {
        Path jar = classPath.spark().get(i).toAbsolutePath();
        // The number keeps jars apart that have one name in two Maven groups.
        Path link = jarsFolder.resolve(i + "-" + jar.getFileName());
        jars.add(Files.createSymbolicLink(link, jar));
      }
      var home = new SparkHome(folder, classPath.scalaVersion(), jars, archive);
      // Workers that make it at the same moment fail for good: Spark asks each only once.
      Files.createDirectory(home.localDirectory());
      Path conf = Files.createDirectory(folder.resolve("conf"));
      Files.writeString(conf.resolve("log4j2.properties"), LOG_SETTINGS);
      Files.write(
          conf.resolve("java-opts"),
          List.of(
              String.join(" ", QUICK_START),
              // Spark 3.5 opens them to executors, but not to a driver in cluster mode.
              JavaModuleOptions.defaultModuleOptions(),
              "-Xlog:all=off:file=" + PID_FILE_PREFIX + "%p.log",
              "\"" + home.logOption() + "\"",
              "-Duser.timezone=UTC",
              "-Dfile.encoding=UTF-8"));
      home.writeEmptyJar();
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot assemble a SPARK_HOME", e);
    }
  }

  private void writeEmptyJar() throws IOException {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    new JarOutputStream(Files.newOutputStream(applicationJar()), manifest).close();
  }

  /** spark-submit wants a jar; the classes themselves come with the extra class paths. */
  Path applicationJar() {
    return folder.resolve("application.jar");
  }

  private Path localDirectory() {
    return folder.resolve("local");
  }

  Path warehouse() {
    return folder.resolve("warehouse");
  }

  /** Else the tests' own log settings, which hide most, would win on executors and drivers. */
  String logOption() {
    return "-Dlog4j2.configurationFile=" + folder.resolve("conf").resolve("log4j2.properties");
  }

  /** Sets what Spark reads, and removes what a Spark of the machine may have set. */
  void configure(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.startsWith("SPARK_") || name.endsWith("_CONF_DIR"));
    environment.remove("CLASSPATH");
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("SPARK_HOME", folder.toString());
    environment.put("SPARK_CONF_DIR", folder.resolve("conf").toString());
    environment.put("SPARK_SCALA_VERSION", scalaVersion);
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("SPARK_LOCAL_DIRS", localDirectory().toString());
  }
}
