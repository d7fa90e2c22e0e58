/** What runs while {@code ClassArchive} looks which classes a driver loads. */
@NullMarked
package io.kindling.testing.archive;

import org.jspecify.annotations.NullMarked;
