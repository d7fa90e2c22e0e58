/** A dispatcher under a steady load for as long as one likes; the profile {@code soak}. */
@NullMarked
package io.kindling.soak;

import org.jspecify.annotations.NullMarked;
