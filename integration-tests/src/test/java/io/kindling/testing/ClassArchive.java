package io.kindling.testing;

import io.kindling.testing.archive.SmallDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * The classes of this JVM's Spark that a driver loads, as the JVM keeps them in memory: with them a
 * driver starts with half the work. Made once a build, in {@code target}.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html">Class data
 *     sharing</a>
 */
final class ClassArchive {
  private static final SparkClassPath CLASS_PATH = SparkClassPath.ofThisJvm();
  private static final Path FOLDER = Path.of("target", "class-archive").toAbsolutePath();

  /** For another class path there is another one. */
  private static final Path FILE =
      FOLDER.resolve(Integer.toHexString(CLASS_PATH.spark().hashCode()) + ".jsa");

  private ClassArchive() {}

  /**
   * Options of a JVM whose class path begins with these jars, in their order: none while another
   * JVM makes the archive, and none for another Spark than this JVM's.
   */
  static synchronized List<String> optionsFor(List<Path> jars) {
    if (!jars.equals(CLASS_PATH.spark())) {
      return List.of();
    }
    if (!Files.exists(FILE)) {
      try (FileChannel channel = openLock();
          FileLock lock = channel.tryLock()) {
        if (lock == null) {
          return List.of();
        }
        if (!Files.exists(FILE)) {
          make();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot make " + FILE, e);
      }
    }
    return List.of("-XX:SharedArchiveFile=" + FILE);
  }

  private static FileChannel openLock() throws IOException {
    Files.createDirectories(FOLDER);
    return FileChannel.open(
        FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static void make() throws IOException {
    SparkHome home = SparkHome.assemble(CLASS_PATH, List.of());
    try {
      Path made = FOLDER.resolve("made.jsa");
      Path jar = FOLDER.resolve("driver.jar");
      ApplicationJar.write(jar, SmallDriver.class, List.of());
      var command = new ArrayList<String>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(SparkHome.QUICK_START);
      command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ", -1)));
      command.addAll(List.of("-XX:ArchiveClassesAtExit=" + made, home.logOption()));
      command.addAll(List.of("-cp", SparkClassPath.join(CLASS_PATH.spark())));
      command.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", "local[2]"));
      command.addAll(List.of("--conf", "spark.ui.enabled=false"));
      command.addAll(List.of("--class", SmallDriver.class.getName(), jar.toString()));
      JvmProcess process = JvmProcess.start("archive", command, null, home, FOLDER);
      Waiting.until(
          "the class archive is made", Waiting.LIMIT, () -> !process.isAlive(), process::log);
      if (process.exitCode() != 0) {
        process.requireAlive();
      }
      Files.move(made, FILE, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Folders.delete(home.folder());
    }
  }
}
