package io.kindling.ml;

import io.kindling.core.testing.OnTopologiesWithFunctions;

@OnTopologiesWithFunctions
class ServingTopologiesIT extends ServingContract {}
