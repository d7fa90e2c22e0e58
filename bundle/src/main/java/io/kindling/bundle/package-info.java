/** Will hold the one shaded jar for {@code spark-submit --jars}; it has no code of its own. */
@NullMarked
package io.kindling.bundle;

import org.jspecify.annotations.NullMarked;
