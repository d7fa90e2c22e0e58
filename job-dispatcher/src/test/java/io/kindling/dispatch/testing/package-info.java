/** What the module's tests share. */
@NullMarked
package io.kindling.dispatch.testing;

import org.jspecify.annotations.NullMarked;
