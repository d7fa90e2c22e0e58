package io.kindling.dispatch.queue;

import io.kindling.core.testing.OnEveryTopology;

@OnEveryTopology
class QueueTopologiesIT extends QueueContract {}
