/** The quick start: forests that predict how people rate films. */
@NullMarked
package io.kindling.examples.quickstart;

import org.jspecify.annotations.NullMarked;
