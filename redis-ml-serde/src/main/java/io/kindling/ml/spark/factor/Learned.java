package io.kindling.ml.spark.factor;

import io.kindling.ml.factor.FactorBatch;
import java.util.List;

/**
 * A batch that was learned and pushed, not yet committed.
 *
 * @param refused by {@link Refusal#index}
 */
record Learned(FactorBatch batch, List<Long> refused) {}
