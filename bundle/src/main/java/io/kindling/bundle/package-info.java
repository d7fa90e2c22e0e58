/**
 * Kindling as one jar for {@code spark-submit --jars}: all features, and below {@code
 * io.kindling.shaded} the libraries that they use and Spark does not bring. It has no code of its
 * own. What of others is in it stands in {@code bundle/contents.txt}.
 */
@NullMarked
package io.kindling.bundle;

import org.jspecify.annotations.NullMarked;
