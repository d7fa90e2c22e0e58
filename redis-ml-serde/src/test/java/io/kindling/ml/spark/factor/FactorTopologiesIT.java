package io.kindling.ml.spark.factor;

import io.kindling.core.testing.OnEveryTopology;

@OnEveryTopology
class FactorTopologiesIT extends FactorContract {}
