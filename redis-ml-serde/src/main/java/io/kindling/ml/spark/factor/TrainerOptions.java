package io.kindling.ml.spark.factor;

import io.kindling.core.RedisConfig;
import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorSettings;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a trainer was built with.
 *
 * @param lateness how much older than the newest event an event may be; negative for any
 * @param smallBatch most events that are learned in the driver
 * @param blocks of users, and of items, of a large batch
 * @param adopted the stream that this trainer's goes on from; null if none
 * @param eventLog folder; null if none is kept
 */
record TrainerOptions(
    RedisConfig redis,
    String name,
    FactorSettings settings,
    FactorRule rule,
    float lowest,
    float highest,
    long lateness,
    int smallBatch,
    int blocks,
    @Nullable String adopted,
    @Nullable String eventLog)
    implements Serializable {

  double globalMean(FactorProgress progress) {
    return settings.meanPolicy() == FactorSettings.MeanPolicy.ZERO ? 0 : progress.globalMean();
  }

  EventFilter.Bounds bounds(FactorProgress progress) {
    boolean any = lateness < 0 || progress.newest() < Long.MIN_VALUE + lateness;
    return new EventFilter.Bounds(
        lowest, highest, any ? Long.MIN_VALUE : progress.newest() - lateness);
  }
}
