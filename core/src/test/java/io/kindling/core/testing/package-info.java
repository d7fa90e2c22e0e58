/**
 * A real Redis for tests: {@link io.kindling.core.testing.TestRedis}. Other modules get it with the
 * test-jar of core and the artifact {@code org.signal:embedded-redis}.
 */
@NullMarked
package io.kindling.core.testing;

import org.jspecify.annotations.NullMarked;
