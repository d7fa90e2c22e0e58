/** {@code kindling-spark.jar}: what is in it, and that applications run with it and Spark alone. */
@NullMarked
package io.kindling.bundle;

import org.jspecify.annotations.NullMarked;
