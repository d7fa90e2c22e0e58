/** Will hold counters that Spark executors commit to Redis exactly once. */
@NullMarked
package io.kindling.counters;

import org.jspecify.annotations.NullMarked;
