package io.kindling.ml.spark.factor;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.Topology;
import io.kindling.core.testing.TopologyRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("topologies")
@ExtendWith(TopologyRecord.class)
@ParameterizedClass
@MethodSource("io.kindling.core.testing.Topology#all")
class FactorTopologiesIT extends FactorContract implements TopologyRecord.On {
  private final Topology topology;

  FactorTopologiesIT(Topology topology) {
    this.topology = topology;
  }

  @Override
  public Topology topology() {
    return topology;
  }

  @Override
  RedisConfig admin() {
    return topology.config();
  }

  @Override
  boolean canFailOver() {
    return topology.canFailOver();
  }

  @Override
  void failOver() {
    topology.failOver();
  }
}
