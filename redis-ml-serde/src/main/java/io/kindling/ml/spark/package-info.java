/**
 * From Spark's models to Kindling's model values ({@link io.kindling.ml.spark.SparkModels}), and
 * from published models to scored Datasets and streams ({@link io.kindling.ml.spark.ModelScoring}):
 * the only package of this module that needs Spark.
 */
@NullMarked
package io.kindling.ml.spark;

import org.jspecify.annotations.NullMarked;
