package io.kindling.ml.parity;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import io.kindling.ml.FunctionCalls;
import io.kindling.ml.Prediction;
import io.kindling.ml.ReferenceForest;
import java.util.ArrayList;
import java.util.List;

/** What answers in Spark's place. */
enum ScoringRuntime {
  /** The plain walk of the tests. */
  REFERENCE {
    @Override
    List<Prediction> score(Forest forest, List<FeatureVector> rows) {
      List<Prediction> answers = new ArrayList<>();
      for (FeatureVector row : rows) {
        answers.add(ReferenceForest.score(forest, row));
      }
      return answers;
    }
  },
  /** {@link ForestEvaluator}, its batch form held against its single one. */
  JVM {
    @Override
    List<Prediction> score(Forest forest, List<FeatureVector> rows) {
      ForestEvaluator evaluator = forest.evaluator();
      double[] batch = evaluator.predictBatch(rows);
      List<Prediction> answers = new ArrayList<>();
      for (int i = 0; i < batch.length; i++) {
        Prediction answer = evaluator.explain(rows.get(i));
        if (Double.compare(answer.prediction(), batch[i]) != 0) {
          throw new AssertionError(
              "Alone " + answer.prediction() + ", in a batch " + batch[i] + ": " + rows.get(i));
        }
        answers.add(answer);
      }
      return answers;
    }
  },
  /** The function library in a real Redis, rows as text and as msgpack in turn. */
  FUNCTIONS {
    @Override
    List<Prediction> score(Forest forest, List<FeatureVector> rows) {
      try (Redis redis = Redis.connect(TestRedis.shared().config())) {
        String name = TestRedis.prefix() + "parity";
        return FunctionCalls.serving(redis, name, forest).explainAll(rows);
      }
    }
  };

  abstract List<Prediction> score(Forest forest, List<FeatureVector> rows);
}
