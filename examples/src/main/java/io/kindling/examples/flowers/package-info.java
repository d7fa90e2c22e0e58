/** The README's first lines as a program: {@code examples/run flowers}. */
@NullMarked
package io.kindling.examples.flowers;

import org.jspecify.annotations.NullMarked;
