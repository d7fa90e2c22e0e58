package io.kindling.ml.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import io.kindling.ml.spark.SupportedStages;
import io.kindling.ml.step.StepKind.Runtimes;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Holds the table of {@code docs/supported-stages.md} against what a class of comparisons did, once
 * all of its tests have passed; with {@code -Dkindling.docs.update=true} it writes their lines
 * instead. The last column is not compared: it is of the run that wrote the line, and hangs on its
 * random rows and on the machine's BLAS.
 */
final class StageTable implements AfterTestExecutionCallback, AfterAllCallback {

  private static final String FILE = "docs/supported-stages.md";
  private static final String HEAD =
      """
      | stage | runs in | settings | rows | against Spark | worst difference of a run |
      |---|---|---:|---:|---|---|
      """;

  /** By stage, then by setting, whether it had to be equal to the bit. */
  private static final Map<String, Map<String, Boolean>> COMPARED = new HashMap<>();

  private final Set<Method> passed = new HashSet<>();

  /** The name of a stage; a pipeline has that of the stage it is made for, as its uid. */
  static String name(Transformer stage) {
    return stage instanceof PipelineModel pipeline
        ? pipeline.uid()
        : stage.getClass().getSimpleName();
  }

  static synchronized void add(String stage, String setting, boolean toTheBit) {
    COMPARED.computeIfAbsent(stage, key -> new TreeMap<>()).put(setting, toTheBit);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      passed.remove(context.getRequiredTestMethod());
    } else {
      passed.add(context.getRequiredTestMethod());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Map<String, Map<String, Boolean>> compared = Map.copyOf(COMPARED);
    COMPARED.clear();
    boolean whole =
        Arrays.stream(context.getRequiredTestClass().getDeclaredMethods())
            .filter(
                method ->
                    method.isAnnotationPresent(Test.class)
                        || method.isAnnotationPresent(ParameterizedTest.class))
            .allMatch(passed::contains);
    if (!whole) {
      return; // some of its tests alone, or a failure that says more
    }
    DocBlock block = DocBlock.in(FILE, "stages");
    SortedMap<String, String> lines = read();
    compared.forEach(
        (stage, settings) -> {
          String line = line(stage, settings);
          if (Boolean.getBoolean("kindling.docs.update")) {
            lines.put(stage, line);
          } else {
            assertThat(withoutLast(lines.getOrDefault(stage, "")))
                .as("%s is stale; run the test with -Dkindling.docs.update=true", FILE)
                .isEqualTo(withoutLast(line));
          }
        });
    if (Boolean.getBoolean("kindling.docs.update")) {
      lines.keySet().retainAll(SupportedStages.all().keySet());
      block.write(HEAD + String.join("", lines.values()));
    }
  }

  /** The lines of the table, by stage. */
  static SortedMap<String, String> read() {
    SortedMap<String, String> lines = new TreeMap<>();
    for (String line : DocBlock.text(FILE).lines().toList()) {
      if (line.startsWith("| `")) {
        lines.put(line.substring(3, line.indexOf('`', 3)), line + "\n");
      }
    }
    return lines;
  }

  /** As a line of the table begins. */
  static String start(String stage, Runtimes runtimes) {
    return "| `%s` | %s |".formatted(stage, runtimes == Runtimes.BOTH ? "Redis, JVM" : "JVM");
  }

  private static String line(String stage, Map<String, Boolean> settings) {
    Runtimes runtimes = SupportedStages.all().get(stage);
    assertThat(runtimes).as("%s has a converter of its own", stage).isNotNull();
    List<StageParityReport.Line> lines =
        settings.keySet().stream().map(setting -> StageParityReport.line(stage, setting)).toList();
    boolean toTheBit = settings.values().stream().allMatch(Boolean::booleanValue);
    List<StageParityReport.Differences> differences =
        lines.stream()
            .flatMap(line -> Stream.of(line.jvm, line.functions))
            .filter(Objects::nonNull)
            .toList();
    double worst = differences.stream().mapToDouble(each -> each.worst).max().orElse(0);
    double share = differences.stream().mapToDouble(each -> each.worstShareOfBound).max().orElse(0);
    return String.format(
        Locale.ROOT,
        "%s %d | %d | %s | %s |%n",
        start(stage, runtimes),
        lines.size(),
        lines.stream().mapToLong(line -> line.rows).sum(),
        toTheBit ? "to the bit" : "within a bound",
        worst == 0 ? "0" : String.format(Locale.ROOT, "%.2g, %.3f of the bound", worst, share));
  }

  private static String withoutLast(String line) {
    int end = line.lastIndexOf('|', line.lastIndexOf('|') - 1);
    return line.substring(0, Math.max(0, end));
  }
}
