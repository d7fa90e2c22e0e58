/**
 * Factor models and Spark: learning from streams, retraining beside them, ALS in and out.
 *
 * <pre>{@code
 * OnlineFactorTrainer trainer = OnlineFactorTrainer.builder(redisConfig, "films")
 *     .settings(settings)
 *     .rule(new BiasedSgd(settings))
 *     .build();
 * ratings.writeStream().option("checkpointLocation", folder).foreachBatch(trainer.eachBatch()).start();
 * }</pre>
 *
 * In reading order: {@link io.kindling.ml.spark.factor.OnlineFactorTrainer}, {@link
 * io.kindling.ml.spark.factor.FactorRetraining}, {@link io.kindling.ml.spark.factor.SparkFactors}.
 */
@NullMarked
package io.kindling.ml.spark.factor;

import org.jspecify.annotations.NullMarked;
