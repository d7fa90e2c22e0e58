/**
 * What only real Spark processes can do to a count: copies of tasks on another host, and executors
 * and drivers that die with what they have counted.
 */
@NullMarked
package io.kindling.recompute;

import org.jspecify.annotations.NullMarked;
