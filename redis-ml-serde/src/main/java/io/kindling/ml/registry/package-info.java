/**
 * Versions under one name, of which one is live: what models and factor models have in common. For
 * Kindling's own packages.
 */
@NullMarked
package io.kindling.ml.registry;

import org.jspecify.annotations.NullMarked;
