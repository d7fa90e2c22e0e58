/**
 * Factor models: a vector for each user and each item, learned from every event while a batch job
 * retrains beside it.
 *
 * <p>The mathematics, which knows neither Redis nor Spark, in reading order: {@link
 * io.kindling.ml.factor.FactorEvent}, {@link io.kindling.ml.factor.Factors}, {@link
 * io.kindling.ml.factor.FactorSettings}, {@link io.kindling.ml.factor.FactorRule} and its two
 * implementations {@link io.kindling.ml.factor.BiasedSgd} and {@link
 * io.kindling.ml.factor.ImplicitSgd}; {@link io.kindling.ml.factor.InitialVectors}; {@link
 * io.kindling.ml.factor.UserFoldIn}.
 *
 * <pre>{@code
 * FactorSettings settings = FactorSettings.builder().rank(10).build();
 * FactorRule rule = new BiasedSgd(settings);
 * Factors user = settings.initial(FactorKind.USER, 42);
 * Factors item = settings.initial(FactorKind.ITEM, 7);
 * rule.learn(user, item, new FactorEvent(42, 7, 4.0f, time, position), context);
 * float expected = rule.score(user, item, globalMean);
 * }</pre>
 */
@NullMarked
package io.kindling.ml.factor;

import org.jspecify.annotations.NullMarked;
