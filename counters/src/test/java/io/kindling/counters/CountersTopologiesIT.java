package io.kindling.counters;

import io.kindling.core.testing.OnEveryTopology;

@OnEveryTopology
class CountersTopologiesIT extends CountersContract {}
