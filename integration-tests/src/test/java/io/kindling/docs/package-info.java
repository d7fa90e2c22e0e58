/** What the documents name is there. */
@NullMarked
package io.kindling.docs;

import org.jspecify.annotations.NullMarked;
