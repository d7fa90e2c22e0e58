/** A driver with the preview API and its page: {@code PreviewService}, then {@code Profiles}. */
@NullMarked
package io.kindling.examples.preview;

import org.jspecify.annotations.NullMarked;
