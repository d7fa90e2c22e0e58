/**
 * The shared scan: the rows of a dataset as blocks of columns, and all predicates of a batch
 * counted in one pass over them.
 *
 * <p>In reading order: {@code FastPath} (predicates become conditions), {@code Condition} and
 * {@code Values}, {@code LeafBlock} and {@code Codes} (how a column is held), {@code BlockScan}
 * (how a block is counted).
 */
@NullMarked
package io.kindling.dispatch.scan;

import org.jspecify.annotations.NullMarked;
