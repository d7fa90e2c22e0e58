package io.kindling.ml.spark;

import io.kindling.ml.step.StepKind.Runtimes;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The Spark stages that have a converter, for tests of other packages. */
public final class SupportedStages {

  /** Within an {@code RFormulaModel} alone. */
  private static final Set<String> PARTS = Set.of("ColumnPruner", "VectorAttributeRewriter");

  private SupportedStages() {}

  /** By the simple name of their class, where they can be run. */
  public static SortedMap<String, Runtimes> all() {
    SortedMap<String, Runtimes> stages = new TreeMap<>();
    StageConverters.byStage().forEach((name, converter) -> stages.put(name, converter.runtimes()));
    stages.keySet().removeAll(PARTS);
    return stages;
  }
}
