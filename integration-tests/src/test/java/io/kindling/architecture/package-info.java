/** The arrows between the modules, and what may be named where. */
@NullMarked
package io.kindling.architecture;

import org.jspecify.annotations.NullMarked;
