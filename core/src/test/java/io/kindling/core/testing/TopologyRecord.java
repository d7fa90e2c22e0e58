package io.kindling.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Writes down what each module's contract came to on each topology, for {@link TopologyTable}: a
 * line a test below {@code target/topologies}, all modules together.
 */
final class TopologyRecord implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(TopologyRecord.class);

  @Override
  public void beforeEach(ExtensionContext context) {
    topology(context).config(); // Its start is told apart.
    context.getStore(NAMESPACE).put("start", System.nanoTime());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    long nanos =
        System.nanoTime()
            - Objects.requireNonNull(context.getStore(NAMESPACE).get("start", Long.class));
    Topology topology = topology(context);
    write(
        new Line(
            module(),
            topology.name(),
            context.getRequiredTestClass().getSimpleName() + "." + context.getUniqueId(),
            nanos,
            context.getExecutionException().isEmpty(),
            topology.startNanos()));
  }

  private static Topology topology(ExtensionContext context) {
    return ((TopologyContract) context.getRequiredTestInstance()).topology;
  }

  /**
   * A test on a topology.
   *
   * @param startNanos how long the topology took to start
   */
  record Line(
      String module, String topology, String test, long nanos, boolean passed, long startNanos) {

    static Line parse(String text) {
      String[] parts = text.split("\t", -1);
      return new Line(
          parts[0],
          parts[1],
          parts[2],
          Long.parseLong(parts[3]),
          Boolean.parseBoolean(parts[4]),
          Long.parseLong(parts[5]));
    }

    String text() {
      return String.join(
          "\t",
          module,
          topology,
          test,
          String.valueOf(nanos),
          String.valueOf(passed),
          String.valueOf(startNanos));
    }
  }

  /** Where the lines of all modules are. */
  static Path folder() {
    return DocBlock.root().resolve("target/topologies");
  }

  /** The module whose tests these are. */
  private static String module() {
    return Path.of("").toAbsolutePath().getFileName().toString();
  }

  private static synchronized void write(Line line) {
    Path file = folder().resolve(module() + "-" + ProcessHandle.current().pid() + ".tsv");
    try {
      Files.createDirectories(folder());
      Files.write(file, List.of(line.text()), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }
}
