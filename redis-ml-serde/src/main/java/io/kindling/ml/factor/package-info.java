/**
 * Factor models: a vector and a bias for each user and each item, learned from every event while a
 * batch job retrains beside it and others read them.
 *
 * <pre>{@code
 * FactorSettings settings = FactorSettings.builder().rank(16).seed(7).build();
 * FactorStore store = FactorStore.of(redis);
 * store.create("films", settings);                       // empty, live from now on
 * TopK top = TopK.of(store, "films");
 * List<TopK.Scored> ten = top.forUser(42, 10, seen);
 * }</pre>
 *
 * In Redis, in reading order: {@link io.kindling.ml.factor.FactorStore} (models and their
 * versions), {@link io.kindling.ml.factor.FactorTable} (the vectors of one version), {@link
 * io.kindling.ml.factor.TopK} (recommending). What learns from streams is {@code
 * io.kindling.ml.spark.factor}; nothing here needs Spark.
 *
 * <p>The mathematics, which knows neither Redis nor Spark: {@link
 * io.kindling.ml.factor.FactorEvent}, {@link io.kindling.ml.factor.Factors}, {@link
 * io.kindling.ml.factor.FactorSettings}, {@link io.kindling.ml.factor.FactorRule} and its two
 * implementations {@link io.kindling.ml.factor.BiasedSgd} and {@link
 * io.kindling.ml.factor.ImplicitSgd}; {@link io.kindling.ml.factor.InitialVectors}; {@link
 * io.kindling.ml.factor.UserFoldIn}.
 *
 * <pre>{@code
 * FactorRule rule = new BiasedSgd(settings);
 * Factors user = settings.initial(FactorKind.USER, 42);
 * Factors item = settings.initial(FactorKind.ITEM, 7);
 * rule.learn(user, item, new FactorEvent(42, 7, 4.0f, time, position), context);
 * float expected = rule.score(user, item, globalMean);
 * }</pre>
 *
 * <table>
 * <caption>Keys in Redis</caption>
 * <tr><th>key</th><th>type</th><th>content</th></tr>
 * <tr><td>{@code kindling:factors:{name}}</td><td>hash</td>
 * <td>{@code live}, {@code previous}, {@code last}; of each version {@code vN}, {@code vN:state},
 * {@code vN:buckets}; see {@code docs/format/factors-v1.md}</td></tr>
 * <tr><td>{@code kindling:factors:{name:B}:vN:u} and {@code :i}</td><td>hash</td>
 * <td>the records of the users, and of the items, of bucket B</td></tr>
 * <tr><td>{@code kindling:factors:{name}:live}</td><td>channel</td>
 * <td>the version that has just become live</td></tr>
 * </table>
 */
@NullMarked
package io.kindling.ml.factor;

import org.jspecify.annotations.NullMarked;
