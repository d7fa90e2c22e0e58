package io.kindling.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import io.kindling.testing.DeployMode;
import io.kindling.testing.Maven;
import io.kindling.testing.SparkProcesses;
import io.kindling.testing.Submission;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's lines for an application of one's own, on a fresh copy of the repository. */
@Tag("matrix")
class OwnApplicationIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String README = DocBlock.text("README.md");
  private static final Set<String> NOT_COPIED = Set.of("target", ".git", "data");

  @TempDir private Path folder;

  /** Else JUnit warns of each that it leads out of its folder. */
  @AfterEach
  void deleteLinks() throws IOException {
    try (Stream<Path> entries = Files.walk(folder.resolve("repository"), /* maxDepth= */ 2)) {
      for (Path link : entries.filter(Files::isSymbolicLink).toList()) {
        Files.delete(link);
      }
    }
  }

  @Test
  void readmeLines_onAFreshCopy_installPackageAndSubmit() throws Exception {
    Path checkout = copyOfThisRepository();
    Maven maven = Maven.ofThisBuild();
    maven = maven.withRepository(withoutKindling(maven.repository()));
    List<String> lines = readmeLines();
    assertThat(lines).hasSize(3);

    runMaven(maven, lines.get(0), checkout);
    runMaven(maven, lines.get(1), checkout);
    SubmitLine line = SubmitLine.parse(lines.get(2), checkout);
    try (SparkProcesses spark = SparkProcesses.start(BundleIT.sparkAlone(), 2, 1)) {
      Submission driver =
          spark.submit(
              DeployMode.CLIENT, line.application(), List.of(TestRedis.shared().uri()), Map.of());

      assertThat(line.arguments()).singleElement().asString().startsWith("redis://");
      assertThat(driver.waitFor(LIMIT)).as(driver::log).isZero();
      assertThat(driver.output())
          .isEqualTo(
              """
              Spark: 0.0, Redis: 0.0
              1000 rows scored on the executors: {right=1000}
              """);
      assertThat(driver.output().lines())
          .allSatisfy(printed -> assertThat(README).contains("`" + printed + "`"));
    }
  }

  /** The commands below the marker. */
  private static List<String> readmeLines() {
    return README
        .lines()
        .dropWhile(line -> !line.equals("<!-- application -->"))
        .dropWhile(line -> !line.startsWith("```"))
        .skip(1)
        .takeWhile(line -> !line.startsWith("```"))
        .toList();
  }

  private static void runMaven(Maven maven, String line, Path checkout) {
    List<String> words = List.of(line.split(" +", -1));
    assertThat(words.get(0)).isEqualTo("mvn");
    Path log = Path.of("target", "matrix", "application.log");
    maven.run(checkout, log, words.subList(1, words.size()));
  }

  private Path copyOfThisRepository() throws IOException {
    Path root = DocBlock.root();
    Path copy = folder.resolve("kindling");
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path source, BasicFileAttributes attributes)
              throws IOException {
            if (NOT_COPIED.contains(String.valueOf(source.getFileName()))) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(copy.resolve(root.relativize(source)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path source, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(source, copy.resolve(root.relativize(source)));
            return FileVisitResult.CONTINUE;
          }
        });
    return copy;
  }

  /**
   * A local repository with links to all that is in another one, but for Kindling: what is missing
   * is downloaded once for both, what is installed stays here.
   */
  private Path withoutKindling(Path repository) throws IOException {
    Path own = Files.createDirectories(folder.resolve("repository"));
    link(repository, own, "io");
    link(repository.resolve("io"), Files.createDirectory(own.resolve("io")), "kindling");
    return own;
  }

  private static void link(Path from, Path to, String except) throws IOException {
    Files.createDirectories(from);
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.filter(e -> !e.endsWith(except)).toList()) {
        Files.createSymbolicLink(to.resolve(String.valueOf(entry.getFileName())), entry);
      }
    }
  }
}
