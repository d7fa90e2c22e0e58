package io.kindling.ml;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.StepKind;

/**
 * What a pipeline takes of the function library's limits, as {@code docs/functions.md} counts.
 *
 * @param nodes of all its forests, a leaf of many classes counting as several
 * @param numbers of its stages' arithmetic
 * @param rowCost of a row of a batch
 */
record ServedCost(long nodes, long numbers, long rowCost) {

  private static final int STEP_COST = 1_000;
  private static final int NUMBER_COST = 8;

  static ServedCost of(Pipeline pipeline) {
    PipelineBody body = pipeline.body();
    long nodes = 0;
    long numbers = 0;
    long rowCost = STEP_COST * ((long) body.steps().size() + body.numFields());
    for (Step step : body.steps()) {
      if (step instanceof ForestStep forest) {
        nodes += ServingProtocol.compiledNodes(forest.forest());
        rowCost +=
            forest.forest().numNodes()
                + (long) forest.forest().numTrees() * Math.max(1, forest.forest().numClasses());
      } else if (step.kind() != StepKind.INDEX_NUMBER) { // whose numbers are labels
        ByteSink sink = new ByteSink();
        step.encode(sink);
        numbers += sink.listedNumbers();
      }
    }
    return new ServedCost(nodes, numbers, rowCost + NUMBER_COST * numbers);
  }
}
