/**
 * The dispatcher over 100,000 film ratings, {@code examples/run ratings-driver}; and SIMPLE mode,
 * {@code examples/run simple-mode}.
 */
@NullMarked
package io.kindling.examples.dispatch;

import org.jspecify.annotations.NullMarked;
