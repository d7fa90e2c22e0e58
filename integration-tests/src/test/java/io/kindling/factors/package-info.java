/** What only real processes can do to factor models: drivers that die while they teach. */
@NullMarked
package io.kindling.factors;

import org.jspecify.annotations.NullMarked;
