/**
 * Spark's own answers against every runtime's: {@link io.kindling.ml.parity.Parity} trains models
 * and compares, one small subclass a kind of model says how it is trained and asked.
 */
@NullMarked
package io.kindling.ml.parity;

import org.jspecify.annotations.NullMarked;
