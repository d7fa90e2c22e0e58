/**
 * Will hold the long-running driver that takes queries from a Redis list and answers them together.
 */
@NullMarked
package io.kindling.dispatch;

import org.jspecify.annotations.NullMarked;
