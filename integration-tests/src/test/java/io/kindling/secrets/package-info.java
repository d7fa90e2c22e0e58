/** What nobody may read in logs, pages, metrics and exceptions. */
@NullMarked
package io.kindling.secrets;

import org.jspecify.annotations.NullMarked;
