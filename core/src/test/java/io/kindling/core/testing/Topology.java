package io.kindling.core.testing;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisConfig.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The ways in which Redis is run, each started at most once a JVM, by {@link #config}. All servers
 * are processes on 127.0.0.1 that end with the JVM; {@code -Ptopologies} runs the contract of each
 * module on all of them.
 */
public enum Topology {
  /** One server, RESP2. */
  STANDALONE("standalone, RESP2"),

  /** The same, RESP3. */
  RESP3("standalone, RESP3"),

  /** With {@code requirepass}. */
  PASSWORD("password"),

  /** Another database than the default. */
  DATABASE_5("database 5"),

  /** The server asks for a client certificate; of the embedded binaries only linux-amd64 can. */
  TLS("TLS with client certificates"),

  /** A master with two replicas, reads go to these. */
  REPLICAS("replicas for reads"),

  /** Three sentinels, a master, a replica. */
  SENTINEL("Sentinel (3), failover"),

  /** Three masters, each with a replica. */
  CLUSTER("Cluster (3 + 3), failover"),

  /** The same, reads go to the replicas. */
  CLUSTER_REPLICAS("Cluster, replicas for reads"),

  /** The oldest that is supported. It knows no functions. */
  REDIS_6_2("Redis 6.2"),

  /** Its fork. */
  VALKEY("Valkey");

  /** What a master says whose first replica has acknowledged all that was written. */
  private static final Pattern FOLLOWED =
      Pattern.compile(
          "role:master.*slave0:[^\\r\\n]*offset=(\\d+),.*master_repl_offset:\\1\\r?\\n",
          Pattern.DOTALL);

  private static final Map<Topology, Deployment> STARTED = new EnumMap<>(Topology.class);

  private final String title;

  Topology(String title) {
    this.title = title;
  }

  /**
   * What runs, and how its masters change places with their replicas.
   *
   * @param startNanos how long it took to start
   */
  private record Deployment(RedisConfig config, Runnable failover, long startNanos) {}

  private Deployment start() {
    return switch (this) {
      case STANDALONE -> single(TestRedis.start().config());
      case RESP3 -> single(TestRedis.start().config().toBuilder().resp(3).build());
      case PASSWORD -> single(TestRedis.start("--requirepass", "pass-word").config());
      case DATABASE_5 -> single(TestRedis.start().config().toBuilder().database(5).build());
      case TLS -> startTls();
      case REPLICAS -> startReplicas();
      case SENTINEL -> startSentinels();
      case CLUSTER -> startCluster();
      case CLUSTER_REPLICAS -> single(CLUSTER.config().toBuilder().readFromReplicas().build());
      case REDIS_6_2 -> single(TestRedis.start(RedisBinary.REDIS_6_2).config());
      case VALKEY -> single(TestRedis.start(RedisBinary.VALKEY).config());
    };
  }

  private static Deployment single(RedisConfig config) {
    return new Deployment(
        config,
        () -> {
          throw new IllegalStateException("Nothing here can fail over");
        },
        0);
  }

  /**
   * Those that can be started here. Without Valkey on the machine that is all but {@link #VALKEY}.
   */
  public static Stream<Topology> all() {
    return Arrays.stream(values()).filter(one -> one != VALKEY || RedisBinary.VALKEY.isAvailable());
  }

  /** Those of them that know functions. */
  public static Stream<Topology> withFunctions() {
    return all().filter(one -> one != REDIS_6_2);
  }

  /** Those that know none. */
  public static Stream<Topology> withoutFunctions() {
    return Stream.of(REDIS_6_2);
  }

  /** Its name for people. */
  public String title() {
    return title;
  }

  /** How to reach it, with all rights; the first call starts it. */
  public RedisConfig config() {
    return deployment(this).config();
  }

  private static synchronized Deployment deployment(Topology topology) {
    Deployment present = STARTED.get(topology);
    if (present == null) {
      long before = System.nanoTime();
      Deployment started = topology.start();
      long nanos = System.nanoTime() - before;
      present = new Deployment(started.config(), started.failover(), nanos);
      STARTED.put(topology, present);
    }
    return present;
  }

  /** How long the start took. */
  long startNanos() {
    return deployment(this).startNanos();
  }

  /** Whether {@link #failOver} works. */
  public boolean canFailOver() {
    return this == SENTINEL || this == CLUSTER;
  }

  /** Makes replicas masters and masters replicas, and waits until all know it. */
  public void failOver() {
    deployment(this).failover().run();
  }

  private static Deployment startTls() {
    try {
      Path folder = Files.createTempDirectory("kindling-certificates-");
      Certificates certificates = Certificates.make(folder);
      TestRedis server = TestRedis.start(certificates.serverArguments());
      return single(server.config().toBuilder().tls(certificates.clientTls()).build());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make a folder for certificates", e);
    }
  }

  private static Deployment startReplicas() {
    TestRedis master = TestRedis.start();
    TestRedis.startReplicaOf(master);
    TestRedis.startReplicaOf(master);
    return single(master.config().toBuilder().readFromReplicas().build());
  }

  private static Deployment startSentinels() {
    TestRedis master = TestRedis.start();
    TestRedis replica = TestRedis.startReplicaOf(master);
    List<TestRedis.Sentinel> sentinels = new ArrayList<>();
    RedisConfig.Builder config = RedisConfig.builder().sentinel("mymaster");
    for (int i = 0; i < 3; i++) {
      TestRedis.Sentinel sentinel = TestRedis.startSentinel(master, /* quorum= */ 2);
      sentinels.add(sentinel);
      Node node = sentinel.config().nodes().get(0);
      config.node(node.host(), node.port());
    }
    for (TestRedis.Sentinel sentinel : sentinels) {
      TestRedis.await(
          "sentinels met",
          () ->
              sentinel.ask("INFO").contains("status=ok")
                  && sentinel.ask("INFO").contains("slaves=1,sentinels=3"));
    }
    return new Deployment(config.build(), () -> failOver(sentinels, List.of(master, replica)), 0);
  }

  private static void failOver(List<TestRedis.Sentinel> sentinels, List<TestRedis> servers) {
    String before = masterOf(sentinels.get(0));
    // Sentinel promotes without waiting for what the replica has not got yet.
    TestRedis.await("replica caught up", () -> servers.stream().anyMatch(Topology::isFollowed));
    TestRedis.await(
        "failover accepted",
        () -> sentinels.get(0).ask("SENTINEL", "FAILOVER", "mymaster").equals("OK"));
    for (TestRedis.Sentinel sentinel : sentinels) {
      TestRedis.await("new master known", () -> !masterOf(sentinel).equals(before));
    }
    TestRedis.await(
        "old master follows",
        () ->
            servers.stream()
                .anyMatch(
                    server -> server.ask("INFO", "replication").contains("master_link_status:up")));
  }

  private static boolean isFollowed(TestRedis server) {
    return FOLLOWED.matcher(server.ask("INFO", "replication")).find();
  }

  private static String masterOf(TestRedis.Sentinel sentinel) {
    return sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster");
  }

  private static Deployment startCluster() {
    TestRedis.Cluster cluster = TestRedis.startCluster(3);
    return new Deployment(cluster.config(), cluster::failOver, 0);
  }
}
