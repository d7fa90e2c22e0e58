package io.kindling.core;

import io.kindling.core.testing.OnTopologiesWithFunctions;

@OnTopologiesWithFunctions
class RedisTopologiesIT extends RedisContract {}
