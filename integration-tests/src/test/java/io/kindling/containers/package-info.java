/**
 * What is only true of Redis in a container; {@code -Pcontainers} runs every other test on it too.
 */
@NullMarked
package io.kindling.containers;

import org.jspecify.annotations.NullMarked;
