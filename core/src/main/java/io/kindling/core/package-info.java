/**
 * Redis as Kindling's features use it: configuration, clients, bounded pipelines, scripts and
 * functions, keys and errors. Knows no Spark class.
 */
@NullMarked
package io.kindling.core;

import org.jspecify.annotations.NullMarked;
