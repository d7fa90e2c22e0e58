/** Jazzer on all code that takes bytes of others, under {@code -Pfuzz}. */
@NullMarked
package io.kindling.fuzz;

import org.jspecify.annotations.NullMarked;
