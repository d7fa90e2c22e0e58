package io.kindling.faults.table;

import java.time.Duration;
import java.util.List;

/** Slots move, or are not served. */
final class ClusterFaults {
  private static final int ALL = 1_000_000;

  private ClusterFaults() {}

  static List<NamedFault<?>> all() {
    return List.of(
        NamedFault.of(
                "Slot migration, there and back, some keys at a time",
                ClusterServers::new,
                ClusterFaults::moveThereAndBack)
            .replying("TRYAGAIN"),
        NamedFault.of(
                "`MOVED`: planned failover (`CLUSTER FAILOVER`)",
                ClusterServers::new,
                servers -> servers.failOver(3))
            .replying("MOVED"),
        NamedFault.of(
                "`ASK`: a slot whose keys have moved stays open for 4 s",
                ClusterServers::new,
                servers -> servers.moveSlot(0, 1, ALL, Duration.ZERO, Servers.SHORT))
            .replying("ASK"),
        NamedFault.of(
                "`CLUSTERDOWN` for 4 s: a slot belongs to no node",
                ClusterServers::new,
                servers -> servers.withoutASlot(Servers.SHORT))
            .replying("CLUSTERDOWN"));
  }

  private static void moveThereAndBack(ClusterServers servers) {
    for (int i = 0; i < 2; i++) {
      servers.moveSlot(0, 1, 20, Duration.ofMillis(50), Duration.ZERO);
      servers.moveSlot(1, 0, 20, Duration.ofMillis(50), Duration.ZERO);
    }
  }
}
