/** What only real processes can do to the registry: publishers and streaming drivers that die. */
@NullMarked
package io.kindling.registry;

import org.jspecify.annotations.NullMarked;
