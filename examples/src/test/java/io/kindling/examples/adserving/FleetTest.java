package io.kindling.examples.adserving;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.examples.adserving.Fleet.Machines;
import org.junit.jupiter.api.Test;

class FleetTest {

  private final Fleet fleet = new Fleet(1_000, 20_000, 150);

  @Test
  void oneForestARequest_slowMachines_countBySpeed() {
    Machines machines = fleet.oneForestARequest(1_500);

    assertThat(machines).isEqualTo(new Machines(14, 7));
    assertThat(machines.needed()).isEqualTo(14);
  }

  @Test
  void oneForestARequest_fastMachines_countByMemory() {
    assertThat(fleet.oneForestARequest(10_000).needed()).isEqualTo(7);
  }

  @Test
  void everyForestARequest_aMachineACampaign_countsEvaluations() {
    assertThat(fleet.everyForestARequest(20_000)).isEqualTo(new Machines(1_000, 7));
    assertThat(fleet.everyForestARequest(15_000).needed()).isEqualTo(1_334);
  }
}
