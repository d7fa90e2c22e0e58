/**
 * An application as its users write it: compiled against the thin modules and Spark, submitted as a
 * small jar of this package with {@code --jars kindling-spark.jar}. Nothing else of the tests is
 * there when it runs.
 */
@NullMarked
package io.kindling.bundle.application;

import org.jspecify.annotations.NullMarked;
