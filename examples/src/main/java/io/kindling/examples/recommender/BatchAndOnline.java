package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.ImplicitSgd;

/**
 * Settings of a model that a batch job makes and events move.
 *
 * @param batch of the job
 * @param online of the events, of the same rank
 */
record BatchAndOnline(AlsSettings batch, FactorSettings online) {

  FactorModel model(BatchModel.Trainer trainer, long seed) {
    FactorSettings seeded = online.toBuilder().seed(seed).build();
    return FactorModel.batchAndOnline(seeded, new ImplicitSgd(seeded), trainer);
  }
}
