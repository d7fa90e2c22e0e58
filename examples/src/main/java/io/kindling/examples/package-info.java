/** Runnable programs on real data; {@code examples/run} lists and starts them. */
@NullMarked
package io.kindling.examples;

import org.jspecify.annotations.NullMarked;
