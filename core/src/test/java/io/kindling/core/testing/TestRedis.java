package io.kindling.core.testing;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisConfig.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.util.SafeEncoder;

/**
 * A real Redis for tests; nothing needs to be installed.
 *
 * <pre>{@code
 * private static final TestRedis REDIS = TestRedis.shared();
 * private static final String PREFIX = TestRedis.prefix();
 * }</pre>
 *
 * {@link #shared()} is for tests that only need keys of their own. {@code
 * -Dkindling.test.redis=container} runs them on a container, {@code -Dkindling.test.redis=<URI>} on
 * any server. {@link #start} and the like are for tests that configure, kill or flush: always
 * embedded servers, on 127.0.0.1 only, on a free port, in a folder of their own, without
 * persistence unless the arguments ask for it, killed at the end of the JVM at the latest.
 */
public final class TestRedis implements AutoCloseable {
  private static final AtomicInteger PREFIXES = new AtomicInteger();
  private static @Nullable TestRedis shared;

  private final RedisConfig config;
  private final @Nullable RedisProcess process;

  private TestRedis(RedisConfig config, @Nullable RedisProcess process) {
    this.config = config;
    this.process = process;
  }

  /** The one that all tests of this JVM share. Not to be closed, flushed or reconfigured. */
  public static synchronized TestRedis shared() {
    if (shared == null) {
      String wanted = System.getProperty("kindling.test.redis", "");
      shared =
          switch (wanted) {
            case "", "embedded" -> start();
            case "container" -> new TestRedis(ContainerRedis.start(), null);
            default -> new TestRedis(RedisConfig.parse(wanted), null);
          };
    }
    return shared;
  }

  /** Starts a server of the test's own with arguments of redis-server. */
  public static TestRedis start(String... arguments) {
    return start(RedisBinary.REDIS_7_0, List.of(), arguments);
  }

  /** Starts a server of another kind. */
  static TestRedis start(RedisBinary binary) {
    return start(binary, List.of());
  }

  /**
   * Starts a server by another command, which becomes the server.
   *
   * @param wrapper as in {@code env --ignore-signal=XFSZ}
   */
  public static TestRedis startBehind(List<String> wrapper, String... arguments) {
    return start(RedisBinary.REDIS_7_0, wrapper, arguments);
  }

  private static TestRedis start(RedisBinary binary, List<String> wrapper, String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    // Else a master waits five seconds for more replicas before it lets the first copy.
    all.addAll(0, List.of("--repl-diskless-sync-delay", "0"));
    RedisProcess process = RedisProcess.start(binary, wrapper, all);
    RedisConfig.Builder config = RedisConfig.builder().node("127.0.0.1", process.port());
    int password = List.of(arguments).indexOf("--requirepass");
    if (password >= 0) {
      config.password(arguments[password + 1]);
    }
    return new TestRedis(config.build(), process);
  }

  /** Starts a replica and waits until it has copied its master. */
  public static TestRedis startReplicaOf(TestRedis master, String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--replicaof", "127.0.0.1 " + master.port()));
    TestRedis replica = start(all.toArray(String[]::new));
    // Both sides must know: the replica that it has copied, the master that it may be read from.
    String online = "port=" + replica.port() + ",state=online";
    await("replica copied", () -> replica.ask("INFO", "replication").contains("link_status:up"));
    await("replica online", () -> master.ask("INFO", "replication").contains(online));
    return replica;
  }

  /** Starts a cluster of this many masters, each with one replica, and waits until it is ready. */
  public static Cluster startCluster(int masters) {
    return Cluster.start(masters);
  }

  /** Starts a sentinel that watches this server and decides alone. */
  public static Sentinel startSentinel(TestRedis master) {
    return startSentinel(master, /* quorum= */ 1);
  }

  /** Starts a sentinel that watches this server with others. */
  static Sentinel startSentinel(TestRedis master, int quorum) {
    return startSentinel(
        List.of(
            "sentinel monitor mymaster 127.0.0.1 " + master.port() + " " + quorum,
            "sentinel down-after-milliseconds mymaster 500",
            "sentinel failover-timeout mymaster 2000"));
  }

  static Sentinel startSentinel(List<String> lines) {
    return new Sentinel(RedisProcess.startSentinel(lines));
  }

  /** A prefix for names and keys that no other test has. */
  public static String prefix() {
    return "t"
        + Long.toString(ProcessHandle.current().pid(), 36)
        + Long.toString(System.currentTimeMillis(), 36)
        + "-"
        + PREFIXES.incrementAndGet()
        + "-";
  }

  /** How to reach it. */
  public RedisConfig config() {
    return config;
  }

  /** The same as {@code redis://host:port}; servers with a password are reached by the config. */
  public String uri() {
    return "redis://" + config.nodes().get(0);
  }

  /** Its port. */
  public int port() {
    return config.nodes().get(0).port();
  }

  /** Kills the process (SIGKILL), as a power cut would; with {@code --appendonly} its data stay. */
  public void kill() {
    process().kill();
  }

  /** Starts a killed one again, on the same port and folder. */
  public void startAgain() {
    process().startAgain();
  }

  /** Runs one command on a connection of its own, without any of the library under test. */
  public String ask(String command, String... args) {
    return ask(config.nodes().get(0), config.password(), command, args);
  }

  private static String ask(Node node, @Nullable String password, String command, String... args) {
    try (var connection = new Connection(node.host(), node.port())) {
      if (password != null) {
        connection.sendCommand(Protocol.Command.AUTH, password);
        connection.getOne();
      }
      connection.sendCommand(() -> SafeEncoder.encode(command), args);
      Object reply = connection.getOne();
      return String.valueOf(reply == null ? null : SafeEncoder.encodeObject(reply));
    }
  }

  static void await(String what, BooleanSupplier condition) {
    Awaitility.await(what)
        .pollInterval(50, TimeUnit.MILLISECONDS)
        .atMost(60, TimeUnit.SECONDS)
        .ignoreExceptions()
        .until(condition::getAsBoolean);
  }

  private RedisProcess process() {
    if (process == null) {
      throw new IllegalStateException(
          "The shared Redis at " + config + " is not a process of ours");
    }
    return process;
  }

  /** Ends it, unless it is not a process of ours. */
  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }

  /** A cluster: masters first, then their replicas in the same order. */
  public static final class Cluster implements AutoCloseable {
    private final List<RedisProcess> nodes;

    private Cluster(List<RedisProcess> nodes) {
      this.nodes = nodes;
    }

    private static Cluster start(int masters) {
      var nodes = new ArrayList<RedisProcess>();
      var cluster = new Cluster(nodes);
      for (int i = 0; i < 2 * masters; i++) {
        nodes.add(
            RedisProcess.start(
                List.of(
                    "--cluster-enabled", "yes",
                    "--cluster-node-timeout", "2000",
                    // The first of these pings makes a replica's offset differ from 0.
                    "--repl-ping-replica-period", "1",
                    "--cluster-replica-validity-factor", "0",
                    "--repl-diskless-sync-delay", "0")));
      }
      for (int i = 0; i < masters; i++) {
        int first = 16384 * i / masters;
        int last = 16384 * (i + 1) / masters - 1;
        cluster.ask(i, "CLUSTER", "ADDSLOTSRANGE", "" + first, "" + last);
        cluster.ask(i, "CLUSTER", "SET-CONFIG-EPOCH", "" + (i + 1));
      }
      for (int i = 1; i < nodes.size(); i++) {
        cluster.ask(i, "CLUSTER", "MEET", "127.0.0.1", "" + nodes.get(0).port());
      }
      for (int i = 0; i < nodes.size(); i++) {
        int node = i;
        await("nodes met", () -> cluster.info(node).contains("known_nodes:" + nodes.size()));
      }
      for (int i = 0; i < masters; i++) {
        int replica = masters + i;
        String master = cluster.ask(i, "CLUSTER", "MYID");
        // Until gossip has told the future replica who the master is, it refuses.
        await(
            "replica accepted",
            () -> cluster.ask(replica, "CLUSTER", "REPLICATE", master).equals("OK"));
      }
      for (int i = 0; i < nodes.size(); i++) {
        int node = i;
        await("cluster ok", () -> cluster.info(node).contains("cluster_state:ok"));
        await("replicas shown", () -> cluster.showsAllReplicas(node));
      }
      return cluster;
    }

    private String info(int node) {
      return ask(node, "CLUSTER", "INFO");
    }

    /** A replica is shown to clients only once gossip has told that it has copied something. */
    private boolean showsAllReplicas(int node) {
      String slots = ask(node, "CLUSTER", "SLOTS");
      return nodes.stream().allMatch(process -> slots.contains(", " + process.port() + ", "));
    }

    /** How to reach it: the first master is given. */
    public RedisConfig config() {
      return RedisConfig.builder().node("127.0.0.1", nodes.get(0).port()).cluster().build();
    }

    /** The first master as a URI. */
    public String uri() {
      return "redis-cluster://127.0.0.1:" + nodes.get(0).port();
    }

    /** The ports: masters first, then their replicas in the same order. */
    public List<Integer> ports() {
      return nodes.stream().map(RedisProcess::port).toList();
    }

    /** Runs one command on the node of this index. */
    public String ask(int node, String command, String... args) {
      return TestRedis.ask(new Node("127.0.0.1", nodes.get(node).port()), null, command, args);
    }

    /** Makes all replicas masters and their masters replicas, and waits until all nodes know it. */
    public void failOver() {
      List<Integer> replicas = new ArrayList<>();
      for (int i = 0; i < nodes.size(); i++) {
        if (isReplica(i)) {
          replicas.add(i);
        }
      }
      for (int replica : replicas) {
        TestRedis.await(
            "failover accepted", () -> ask(replica, "CLUSTER", "FAILOVER").equals("OK"));
        TestRedis.await("failed over", () -> !isReplica(replica));
      }
      for (int i = 0; i < nodes.size(); i++) {
        int node = i;
        TestRedis.await("cluster ok", () -> info(node).contains("cluster_state:ok"));
        for (int replica : replicas) {
          // [first, last, [host, port of the master, ...
          String range = "\\[\\d+, \\d+, \\[127.0.0.1, " + nodes.get(replica).port() + ",.*";
          TestRedis.await(
              "new master shown", () -> ask(node, "CLUSTER", "SLOTS").matches("(?s).*" + range));
        }
        TestRedis.await("replicas shown", () -> showsAllReplicas(node));
      }
    }

    private boolean isReplica(int node) {
      return ask(node, "ROLE").startsWith("[slave");
    }

    /** Kills the node of this index. */
    public void kill(int node) {
      nodes.get(node).kill();
    }

    @Override
    public void close() {
      nodes.forEach(RedisProcess::close);
    }
  }

  /** A sentinel. */
  public static final class Sentinel implements AutoCloseable {
    private final RedisProcess process;

    private Sentinel(RedisProcess process) {
      this.process = process;
    }

    /** How to reach its master through it. */
    public RedisConfig config() {
      return RedisConfig.builder().node("127.0.0.1", process.port()).sentinel("mymaster").build();
    }

    /** The same as a URI. */
    public String uri() {
      return "redis-sentinel://127.0.0.1:" + process.port() + "/mymaster";
    }

    /** Runs one command on the sentinel. */
    public String ask(String command, String... args) {
      return TestRedis.ask(new Node("127.0.0.1", process.port()), null, command, args);
    }

    @Override
    public void close() {
      process.close();
    }
  }
}
