package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Runs lie on different nodes of a cluster, each with all of its keys. */
class CountersClusterIT {
  @Test
  void runs_inACluster_haveTheirKeysTogether() {
    CounterVector large = new CounterVector();
    for (int i = 0; i < 1_500; i++) {
      large.put(Kind.SUM, "name-" + i, 1);
    }
    try (TestRedis.Cluster cluster = TestRedis.startCluster(3)) {
      for (int i = 0; i < 6; i++) {
        Counters counters = Counters.open(cluster.config(), "run-" + i);
        TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
        TestTask.attempt(2).commit(counters, "p", 1, large);
        Counters restarted = Counters.restart(cluster.config(), "run-" + i);
        TestTask.attempt(1).commit(restarted, "p", 0, "a", 1);
        TestTask.attempt(2).commit(restarted, "p", 1, large);
        restarted.seal();

        assertThat(restarted.totals()).hasSize(1_501).containsAllEntriesOf(Map.of("a", 1L));
        Counters.resume(cluster.config(), "run-" + i).reset();
        assertThat(restarted.totals()).isEmpty();
      }
    }
  }
}
