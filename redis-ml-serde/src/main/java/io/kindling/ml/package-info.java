/**
 * Spark MLlib models as immutable values, as bytes, and as Redis hashes, served inside Redis and in
 * the JVM with Spark's own answers.
 *
 * <pre>{@code
 * Forest forest = SparkModels.forest(randomForestModel);       // where Spark is
 * forest.publish(redis, "churn");
 *
 * double inRedis = Predictor.open(redis, "churn").predict(row); // where it is not
 * double inJvm = ModelStore.of(redis).load("churn").evaluator().predict(row);
 * }</pre>
 *
 * In reading order: {@link io.kindling.ml.Forest} (the value), {@link
 * io.kindling.ml.ForestEvaluator} (the runtime in the JVM), {@link io.kindling.ml.ModelStore}
 * (publishing), {@link io.kindling.ml.LiveModel} (following the live version in the JVM), {@link
 * io.kindling.ml.Models} (a command line), {@link io.kindling.ml.Predictor} and {@link
 * io.kindling.ml.AsyncPredictor} (the runtime in Redis), {@link io.kindling.ml.RedisMlDialect} (an
 * exporter). Nothing here needs Spark but one constructor of {@code Forest}; the package {@code
 * io.kindling.ml.spark} does.
 *
 * <table>
 * <caption>Keys in Redis</caption>
 * <tr><th>key</th><th>type</th><th>content</th></tr>
 * <tr><td>{@code kindling:model:{name}}</td><td>hash</td>
 * <td>{@code live}, {@code previous}, {@code last}; of each version {@code vN}, {@code vN:id},
 * {@code vN:0}...; see {@code docs/format/model-v1.md}</td></tr>
 * <tr><td>{@code kindling:model:{name}:scored}</td><td>hash</td>
 * <td>which version scored which batch of a stream</td></tr>
 * <tr><td>{@code kindling:model:{name}:live}</td><td>channel</td>
 * <td>the version that has just become live</td></tr>
 * </table>
 */
@NullMarked
package io.kindling.ml;

import org.jspecify.annotations.NullMarked;
