/**
 * The ways in which Spark computes a partition more than once, or not to its end: one class for
 * each, with what Spark's accumulator, plain HINCRBY and Kindling make of it. {@code
 * counters/target/recompute-1.md} and {@code integration-tests/target/recompute-*.md} have the
 * table.
 */
@NullMarked
package io.kindling.counters.recompute;

import org.jspecify.annotations.NullMarked;
