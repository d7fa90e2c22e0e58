/**
 * Spark MLlib models as immutable values, as bytes, and as Redis hashes, served inside Redis and in
 * the JVM with Spark's own answers.
 */
@NullMarked
package io.kindling.ml;

import org.jspecify.annotations.NullMarked;
