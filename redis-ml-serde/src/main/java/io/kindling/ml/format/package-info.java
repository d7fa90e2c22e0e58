/**
 * Bytes of model values: what {@code docs/format/model-v1.md} is written and read with. For
 * Kindling's own packages, except {@link io.kindling.ml.format.ModelFormatException}.
 */
@NullMarked
package io.kindling.ml.format;

import org.jspecify.annotations.NullMarked;
