package io.kindling.faults.table;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Three masters, nodes 0 to 2, and their replicas, nodes 3 to 5. All keys of the loads lie in one
 * slot of node 0.
 */
final class ClusterServers implements Servers {
  private static final int MASTERS = 3;
  private static final int SLOTS = 16384;

  private final TestRedis.Cluster cluster = TestRedis.startCluster(MASTERS);
  private final String name = nameOnFirst();
  private final int slot = JedisClusterCRC16.getSlot(name);

  private static String nameOnFirst() {
    for (int i = 0; ; i++) {
      if (JedisClusterCRC16.getSlot("faults-" + i) < SLOTS / MASTERS) {
        return "faults-" + i;
      }
    }
  }

  @Override
  public RedisConfig config() {
    return cluster.config();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int nodes() {
    return 2 * MASTERS;
  }

  @Override
  public String ask(int node, String command, String... args) {
    return cluster.ask(node, command, args);
  }

  void kill(int node) {
    cluster.kill(node);
  }

  /** A replica takes its master's place, with the master's help, and has it when this returns. */
  void failOver(int replica) {
    ask(replica, "CLUSTER", "FAILOVER");
    Awaitility.await("node " + replica + " is a master")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> ask(replica, "ROLE").startsWith("[master"));
  }

  /** A slot that none of the loads uses belongs to no node for a while: the cluster is down. */
  void withoutASlot(Duration time) {
    String other = String.valueOf(SLOTS - 1);
    for (int node = 0; node < nodes(); node++) {
      ask(node, "CLUSTER", "DELSLOTS", other);
    }
    Servers.hold(time);
    ask(MASTERS - 1, "CLUSTER", "ADDSLOTS", other);
    for (int node = 0; node < MASTERS; node++) {
      int each = node;
      Awaitility.await("the cluster is up")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> ask(each, "CLUSTER", "INFO").contains("cluster_state:ok"));
    }
  }

  /**
   * Moves the loads' slot as an administrator does, some keys at a time.
   *
   * @param batch how many keys at a time
   * @param pause between two times
   * @param open how long the slot stays open when all its keys have moved
   */
  void moveSlot(int from, int to, int batch, Duration pause, Duration open) {
    setSlot(to, "IMPORTING", id(from));
    setSlot(from, "MIGRATING", id(to));
    for (List<String> keys = keys(from, batch); !keys.isEmpty(); keys = keys(from, batch)) {
      migrate(from, to, keys);
      Servers.hold(pause);
    }
    Servers.hold(open);
    for (int node : List.of(to, from, MASTERS - from - to)) {
      setSlot(node, "NODE", id(to));
    }
  }

  private void migrate(int from, int to, List<String> keys) {
    String port = String.valueOf(cluster.ports().get(to));
    var args = new ArrayList<>(List.of("127.0.0.1", port, "", "0", "5000", "KEYS"));
    args.addAll(keys);
    ask(from, "MIGRATE", args.toArray(String[]::new));
  }

  private List<String> keys(int node, int most) {
    String keys = ask(node, "CLUSTER", "GETKEYSINSLOT", String.valueOf(slot), "" + most);
    String inner = keys.substring(1, keys.length() - 1);
    return inner.isEmpty() ? List.of() : List.of(inner.split(", ", -1));
  }

  private void setSlot(int node, String state, String id) {
    ask(node, "CLUSTER", "SETSLOT", String.valueOf(slot), state, id);
  }

  private String id(int node) {
    return ask(node, "CLUSTER", "MYID");
  }

  @Override
  public void close() {
    cluster.close();
  }
}
