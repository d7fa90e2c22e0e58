package io.kindling.dispatch.http;

import io.kindling.core.testing.OnEveryTopology;

@OnEveryTopology
class DispatcherTopologiesIT extends DispatcherContract {}
