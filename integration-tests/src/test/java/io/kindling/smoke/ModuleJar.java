package io.kindling.smoke;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.List;
import java.util.Objects;

/** The built jar of one module, found by its root package. */
final class ModuleJar {
  private ModuleJar() {}

  /** The names of all classes of the jar that holds {@code package-info} of a package. */
  static List<String> classNames(String rootPackage) {
    String folder = rootPackage.replace('.', '/');
    String marker = folder + "/package-info.class";
    URL url = Objects.requireNonNull(ModuleJar.class.getClassLoader().getResource(marker), marker);
    if (!url.getProtocol().equals("jar")) {
      throw new IllegalStateException(
          "Cannot smoke-test %s from %s: it must come from a built jar"
              .formatted(rootPackage, url));
    }
    try (var jar = ((JarURLConnection) url.openConnection()).getJarFile()) {
      return jar.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.startsWith(folder + "/") && name.endsWith(".class"))
          .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
