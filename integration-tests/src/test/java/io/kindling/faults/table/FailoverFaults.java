package io.kindling.faults.table;

import io.kindling.faults.table.Servers.Watched;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** The master that serves everything dies, or gives its place to its replica. */
final class FailoverFaults {
  /** A port on which nobody listens. */
  private static final String NOBODY = "1";

  private FailoverFaults() {}

  static List<NamedFault<?>> all() {
    return List.of(
        NamedFault.of(
                "Cluster: master killed, its replica takes over",
                ClusterServers::new,
                servers -> servers.kill(0))
            .losingTheTail(),
        NamedFault.of(
                "Sentinel: master killed, its replica takes over",
                Watched::start,
                servers -> servers.master().kill())
            .losingTheTail(),
        NamedFault.of(
                "Sentinel: master killed, its last second not replicated",
                Watched::start,
                FailoverFaults::killUnreplicated)
            .losingTheTail(),
        NamedFault.of(
                "Sentinel: planned failover (`SENTINEL FAILOVER`)",
                Watched::start,
                FailoverFaults::demote)
            .losingTheTail());
  }

  private static void killUnreplicated(Watched servers) {
    servers.replica().ask("REPLICAOF", "127.0.0.1", NOBODY);
    Servers.hold(Duration.ofSeconds(1));
    servers.master().kill();
  }

  private static void demote(Watched servers) {
    servers.sentinel().ask("SENTINEL", "FAILOVER", "mymaster");
    Awaitility.await("they have changed places")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                servers.replica().ask("ROLE").startsWith("[master")
                    && servers.master().ask("ROLE").startsWith("[slave"));
  }
}
