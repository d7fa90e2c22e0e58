/**
 * One smoke test a module with the built jars, on Spark 4 in a plain build and on Spark 3.5 with
 * Scala 2.12 under {@code -Pspark35}: the same jar must run on both.
 *
 * <p>This package alone is compiled against the older Spark, so it keeps to calls that both have.
 */
@NullMarked
package io.kindling.smoke;

import org.jspecify.annotations.NullMarked;
