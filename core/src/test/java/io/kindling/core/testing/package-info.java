/**
 * A real Redis for tests: {@link io.kindling.core.testing.TestRedis}; and what must hold on every
 * way to run one: {@link io.kindling.core.testing.TopologyContract}. Other modules get them with
 * the test-jar of core and the artifact {@code org.signal:embedded-redis}.
 */
@NullMarked
package io.kindling.core.testing;

import org.jspecify.annotations.NullMarked;
