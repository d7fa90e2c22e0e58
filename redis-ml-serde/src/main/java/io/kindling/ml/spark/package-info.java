/**
 * From Spark's models to Kindling's model values: the only package of this module that needs Spark.
 */
@NullMarked
package io.kindling.ml.spark;

import org.jspecify.annotations.NullMarked;
