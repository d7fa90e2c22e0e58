package io.kindling.ml;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * SLF4J for the command line, where neither Spark nor the application brings one.
 *
 * <p>The bundle must not have its classes, since Spark has them: it has its jar as one file. That
 * is copied to where a class loader can read it, and the command runs in that.
 */
final class BundledSlf4j {

  private static final String JAR = "/META-INF/kindling/slf4j-api.jar";

  private BundledSlf4j() {}

  /** Whether the class path lacks it. */
  static boolean isNeeded() {
    try {
      Class.forName("org.slf4j.LoggerFactory", false, BundledSlf4j.class.getClassLoader());
      return false;
    } catch (ClassNotFoundException e) {
      return true;
    }
  }

  /**
   * A loader of this jar and of the SLF4J in it, which says nothing.
   *
   * @throws IOException if this is not the bundle, or the copy cannot be written
   */
  static URLClassLoader loader() throws IOException {
    try (InputStream in = BundledSlf4j.class.getResourceAsStream(JAR)) {
      if (in == null) {
        throw new FileNotFoundException(
            "only kindling-spark.jar has one; else java -cp ...:slf4j-api.jar is allowed");
      }
      Path copy = Files.createTempFile("slf4j-api", ".jar");
      copy.toFile().deleteOnExit();
      Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
      URL self = BundledSlf4j.class.getProtectionDomain().getCodeSource().getLocation();
      System.setProperty("slf4j.internal.verbosity", "ERROR"); // that nobody logs is no news
      return new URLClassLoader(
          new URL[] {self, copy.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }
  }
}
