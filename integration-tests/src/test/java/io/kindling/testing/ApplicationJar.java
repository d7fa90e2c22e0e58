package io.kindling.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * An application as its user submits it: a small jar of its own, and others that go with it.
 *
 * @param mainClass in the jar
 * @param jar of the application
 * @param jars for {@code --jars}
 */
public record ApplicationJar(String mainClass, Path jar, List<Path> jars) {
  public ApplicationJar {
    jars = List.copyOf(jars);
  }

  /** Writes a jar of the package of the main class, without packages below it. */
  public static ApplicationJar write(Path file, Class<?> mainClass, List<Path> jars) {
    if (!Modifier.isPublic(mainClass.getModifiers())) {
      throw new IllegalArgumentException(
          "Cannot submit %s: Spark needs a public class".formatted(mainClass.getName()));
    }
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    String folder = mainClass.getPackageName().replace('.', '/') + "/";
    try (var out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
      Path source =
          Path.of(mainClass.getProtectionDomain().getCodeSource().getLocation().getPath());
      for (Path classFile : Folders.entriesOf(source.resolve(folder))) {
        String name = String.valueOf(classFile.getFileName());
        if (name.endsWith(".class")) {
          out.putNextEntry(new JarEntry(folder + name));
          Files.copy(classFile, out);
          out.closeEntry();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
    return new ApplicationJar(mainClass.getName(), file, jars);
  }
}
