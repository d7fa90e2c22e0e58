package io.kindling.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import io.kindling.testing.SparkClassPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The jar holds the modules, and of others what was reviewed: nothing of Spark's. */
@Tag("local")
class BundleContentsIT {
  private static final String REVIEWED = "bundle/contents.txt";
  private static final String MODULES =
      ".*/kindling-(core|redis-ml-serde|counters|job-dispatcher)-";
  private static final long MAX_BYTES = 12_000_000;

  /** A class of a library under its own name; not the addresses in its messages. */
  private static final Pattern MOVED =
      Pattern.compile(
          "(?<!shaded[./])(?<!github[.])(redis[./]clients|org[./]apache[./]commons[./]pool2"
              + "|com[./]google[./]gson|org[./]json|io[./]lettuce|io[./]netty"
              + "|reactor[./](adapter|core|util)|org[./]reactivestreams)([./][\\w$]+)*[./][A-Z]\\w*");

  @Test
  void contents_beyondTheModules_areThoseOfTheCommittedList() throws IOException {
    SortedSet<String> found = new TreeSet<>();
    for (String name : names(Bundle.jar())) {
      found.add(name.endsWith(".class") ? packageOf(name) : name);
    }
    found.removeIf(entry -> entry.matches("io[./]kindling[./](?!shaded[./]).*"));
    Path written = Path.of("target", "contents.txt");
    Files.write(written, found);
    SortedSet<String> reviewed = new TreeSet<>(DocBlock.text(REVIEWED).lines().toList());

    assertThat(difference(found, reviewed))
        .as(
            "what kindling-spark.jar has (+) and lacks (-) against %s;"
                + " if that is right, commit %s in its place",
            REVIEWED, written)
        .isEmpty();
  }

  @Test
  void contents_ofTheModules_areThere() throws IOException {
    List<Path> modules =
        SparkClassPath.ofThisJvm().application().stream()
            .filter(path -> path.toString().matches(MODULES + "[^/]*(?<!-tests)\\.jar"))
            .toList();
    assertThat(modules).hasSize(4);

    for (Path module : modules) {
      assertThat(names(Bundle.jar()))
          .as(module.toString())
          .containsAll(names(module).stream().filter(n -> !n.startsWith("META-INF/")).toList());
    }
  }

  @Test
  void contents_areUnsignedAndBelowOurPackageButForAnnotations() throws IOException {
    assertThat(names(Bundle.jar()))
        .filteredOn(name -> !name.startsWith("META-INF/"))
        .allMatch(name -> name.startsWith("io/kindling/") || name.startsWith("org/jspecify/"));
    assertThat(names(Bundle.jar())).noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)"));
  }

  /** Neither as a type nor in a text that is looked up by reflection. */
  @Test
  void contents_nowhereNameAClassThatWasMoved() throws IOException {
    List<String> found = new ArrayList<>();
    try (var jar = new JarFile(Bundle.jar().toFile())) {
      for (ZipEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().endsWith(".class") || entry.getName().contains("/services/")) {
          byte[] bytes = jar.getInputStream(entry).readAllBytes();
          // One character a byte: names are ASCII, and stand whole in the constant pool.
          Matcher matcher = MOVED.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
          if (matcher.find()) {
            found.add(entry.getName() + ": " + matcher.group());
          }
        }
      }
    }

    assertThat(found).isEmpty();
  }

  @Test
  void jar_isSmall() throws IOException {
    assertThat(Files.size(Bundle.jar())).isLessThan(MAX_BYTES);
  }

  private static List<String> names(Path file) throws IOException {
    try (var jar = new JarFile(file.toFile())) {
      return jar.stream().filter(e -> !e.isDirectory()).map(ZipEntry::getName).toList();
    }
  }

  private static String packageOf(String classFile) {
    return classFile.substring(0, classFile.lastIndexOf('/')).replace('/', '.');
  }

  private static List<String> difference(SortedSet<String> found, SortedSet<String> reviewed) {
    SortedSet<String> all = new TreeSet<>(found);
    all.addAll(reviewed);
    return all.stream()
        .filter(entry -> !(found.contains(entry) && reviewed.contains(entry)))
        .map(entry -> (found.contains(entry) ? "+ " : "- ") + entry)
        .toList();
  }
}
