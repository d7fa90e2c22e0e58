/**
 * One smoke test a module with the built jars: in a plain build on its Spark, and under {@code
 * -Pmatrix} the same classes on others, older ones with Scala 2.12 among them. So this package
 * keeps to calls that all of them have.
 */
@NullMarked
package io.kindling.smoke;

import org.jspecify.annotations.NullMarked;
