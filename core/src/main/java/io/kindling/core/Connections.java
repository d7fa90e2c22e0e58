package io.kindling.core;

import io.kindling.core.RedisConfig.Node;
import io.kindling.core.RedisConfig.Tls;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.ClusterCommandArguments;
import redis.clients.jedis.ClusterCommandObjects;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.CommandObjects;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;
import redis.clients.jedis.util.Pool;
import redis.clients.jedis.util.SafeEncoder;

/** The pools of connections to one installation, the same for each topology. */
final class Connections implements AutoCloseable {
  private final RedisConfig config;
  private final JedisClientConfig clientConfig;
  private final ConnectionPoolConfig poolConfig;
  private final ConnectionProvider provider;

  /**
   * Opens the pools. A cluster is asked for its slots and sentinels for their master at once; a
   * single server is not connected to yet.
   *
   * @param blockingTimeout how long a reply of a blocking command may take
   * @throws JedisException if cluster or sentinels cannot be reached
   */
  Connections(RedisConfig config, Duration blockingTimeout, SharedClient.Scope scope) {
    this.config = config;
    clientConfig = clientConfig(config, blockingTimeout, scope);
    poolConfig = new ConnectionPoolConfig();
    poolConfig.setMaxTotal(config.maxPoolSize());
    poolConfig.setMaxIdle(config.maxPoolSize());
    poolConfig.setMaxWait(config.timeout());
    // Idle connections close after a minute; a PING now and then needs a right that some lack.
    poolConfig.setTestWhileIdle(false);
    provider = openProvider();
  }

  private ConnectionProvider openProvider() {
    return switch (config.topology()) {
      case STANDALONE ->
          new PooledConnectionProvider(
              hostAndPort(config.nodes().get(0)), clientConfig, poolConfig);
      case CLUSTER -> new Cluster(seeds(), clientConfig, poolConfig);
      case SENTINEL -> openSentinels();
    };
  }

  private ConnectionProvider openSentinels() {
    try {
      return new SentineledConnectionProvider(
          masterName(), clientConfig, poolConfig, seeds(), sentinelConfig());
    } catch (JedisConnectionException e) {
      seeds().forEach(sentinel -> addReason(sentinel, e));
      throw e;
    }
  }

  /** Jedis logs why it could not ask a sentinel, and throws only that it could ask none. */
  private void addReason(HostAndPort sentinel, JedisConnectionException e) {
    try (var connection = new Connection(sentinel, sentinelConfig())) {
      connection.sendCommand(Protocol.Command.SENTINEL, "GET-MASTER-ADDR-BY-NAME", masterName());
      connection.getOne();
    } catch (JedisException reason) {
      e.addSuppressed(reason);
    }
  }

  /** A Jedis client that runs its commands through the executor. */
  UnifiedJedis client(CommandExecutor executor) {
    return switch (config.topology()) {
      case STANDALONE ->
          RedisClient.builder()
              .clientConfig(clientConfig)
              .connectionProvider(provider)
              .commandExecutor(executor)
              .build();
      case CLUSTER ->
          RedisClusterClient.builder()
              .nodes(seeds())
              .clientConfig(clientConfig)
              .connectionProvider(provider)
              .commandExecutor(executor)
              .build();
      case SENTINEL ->
          RedisSentinelClient.builder()
              .masterName(masterName())
              .sentinels(seeds())
              .clientConfig(clientConfig)
              .connectionProvider(provider)
              .commandExecutor(executor)
              .build();
    };
  }

  /** What builds commands for these connections: in a cluster they know their slot. */
  CommandObjects commandObjects() {
    CommandObjects objects = isCluster() ? new ClusterCommandObjects() : new CommandObjects();
    if (clientConfig.getRedisProtocol() != null) {
      objects.setProtocol(clientConfig.getRedisProtocol());
    }
    return objects;
  }

  RedisConfig config() {
    return config;
  }

  boolean isCluster() {
    return provider instanceof ClusterConnectionProvider;
  }

  Connection borrow(CommandArguments args) {
    return provider.getConnection(args);
  }

  /** A connection to a replica that holds the command's slot, else to its master. */
  Connection borrowReplica(CommandArguments args) {
    return provider instanceof ClusterConnectionProvider cluster
        ? cluster.getReplicaConnection(args)
        : provider.getConnection(args);
  }

  /** A connection to a node of the cluster; to the only node there is without one. */
  Connection borrow(@Nullable HostAndPort node) {
    return provider instanceof ClusterConnectionProvider cluster && node != null
        ? cluster.getConnection(node)
        : provider.getConnection();
  }

  /** The node that a command goes to; null if there is only one, or the slot has none. */
  @Nullable HostAndPort nodeOf(CommandArguments args) {
    if (!(provider instanceof ClusterConnectionProvider cluster)) {
      return null;
    }
    int slot = ((ClusterCommandArguments) args).getCommandHashSlot();
    return cluster.getNode(Math.max(slot, 0));
  }

  /**
   * Whether a command that failed so may be sent once more; see {@link CommandRunner}.
   *
   * @param connection on which it was sent; null if there was none
   */
  boolean mayRepeat(JedisException e, CommandArguments args, @Nullable Connection connection) {
    if (RedisErrors.isConnectionFailure(e)) {
      return connection == null || Commands.isIdempotent(args);
    }
    // Behind sentinels another node takes the place of a READONLY one.
    return RedisErrors.isLater(e)
        || (RedisErrors.isReadOnly(e) && provider instanceof SentineledConnectionProvider);
  }

  /** The exception to throw for a command that failed so. */
  KindlingException failure(
      JedisException e, CommandArguments args, @Nullable Connection connection) {
    String what = Commands.describe(args);
    if (connection == null) {
      return RedisErrors.notSent(e, what, config.toString());
    }
    return e instanceof JedisRedirectionException && isCluster()
        ? RedisErrors.redirected(e, what, nameOf(connection))
        : RedisErrors.sent(e, what, nameOf(connection));
  }

  /** A node said that it no longer has a slot. */
  void moved(@Nullable Connection connection) {
    if (provider instanceof ClusterConnectionProvider cluster) {
      cluster.renewSlotCache(connection);
    }
  }

  /**
   * A connection failed. The idle ones of its node were mostly opened to the same process and are
   * dead too: without this, each would fail a command that cannot be repeated.
   */
  void failed(@Nullable Connection connection) {
    moved(null);
    if (connection == null) {
      return; // There was no idle one.
    }
    provider
        .getConnectionMap()
        .forEach(
            (node, pool) -> {
              if (pool instanceof Pool<?> idle
                  && (!isCluster() || node.equals(nameOf(connection)))) {
                idle.clear();
              }
            });
  }

  /** The nodes of a cluster that take writes. */
  List<Node> clusterMasters() {
    return clusterNodes(/* replicas= */ false);
  }

  /** The nodes that copy the masters, as far as these tell. */
  List<Node> replicas() {
    if (isCluster()) {
      return clusterNodes(/* replicas= */ true);
    }
    var nodes = new ArrayList<Node>();
    String info = ask(Protocol.Command.INFO, "replication");
    // slave0:ip=10.0.0.2,port=6379,state=online,offset=14,lag=0
    for (String line : info.split("\r?\n", -1)) {
      if (line.matches("slave\\d+:.*") && line.contains("state=online")) {
        nodes.add(new Node(field(line, "ip="), Integer.parseInt(field(line, "port="))));
      }
    }
    return nodes;
  }

  private static String field(String line, String name) {
    int start = line.indexOf(name) + name.length();
    int end = line.indexOf(',', start);
    return line.substring(start, end < 0 ? line.length() : end);
  }

  /**
   * CLUSTER SLOTS: [first, last, [host, port, ...] of the master, [host, port, ...] of a replica].
   */
  private List<Node> clusterNodes(boolean replicas) {
    var nodes = new LinkedHashSet<Node>();
    try (Connection connection = borrowAny()) {
      List<Object> slots =
          connection.executeCommand(
              new CommandObject<>(
                  new CommandArguments(Protocol.Command.CLUSTER).add("SLOTS"),
                  BuilderFactory.RAW_OBJECT_LIST));
      for (Object range : slots) {
        List<?> parts = (List<?>) range;
        for (int i = 2; i < parts.size(); i++) {
          if (replicas == i > 2) {
            List<?> node = (List<?>) parts.get(i);
            nodes.add(
                new Node(
                    SafeEncoder.encode((byte[]) node.get(0)), ((Long) node.get(1)).intValue()));
          }
        }
      }
    }
    return List.copyOf(nodes);
  }

  /** Asks any master for text, without retries. */
  String ask(Protocol.Command command, String... args) {
    var arguments = new CommandArguments(command);
    for (String arg : args) {
      arguments.add(arg);
    }
    try (Connection connection = borrowAny()) {
      return connection.executeCommand(new CommandObject<>(arguments, BuilderFactory.STRING));
    }
  }

  /** To any master. Jedis's own search sends PING, which a user of few rights may not. */
  private Connection borrowAny() {
    if (provider instanceof ClusterConnectionProvider cluster) {
      try {
        return borrow(cluster.getNode(0));
      } catch (JedisException e) {
        return cluster.getConnection();
      }
    }
    return provider.getConnection();
  }

  /** Jedis's sockets show where they go as {@code Connection{...{host:port}}}, and only so. */
  static String nameOf(Connection connection) {
    String text = connection.toString();
    int start = text.lastIndexOf('{') + 1;
    int end = text.indexOf('}', start);
    return start > 0 && end > start ? text.substring(start, end) : text;
  }

  @Override
  public void close() {
    try {
      provider.close();
    } catch (Exception e) {
      throw new KindlingException("Cannot close the connections to " + config, e);
    }
  }

  /** Jedis's own asks for all slots again at every read where a slot has no replica. */
  private static final class Cluster extends ClusterConnectionProvider {
    private static final long RENEW_NANOS = 10_000_000_000L;
    private final AtomicLong renewedNanos = new AtomicLong(System.nanoTime());

    Cluster(Set<HostAndPort> seeds, JedisClientConfig config, ConnectionPoolConfig pool) {
      super(seeds, config, pool);
    }

    @Override
    public Connection getReplicaConnection(CommandArguments args) {
      int slot = ((ClusterCommandArguments) args).getCommandHashSlot();
      if (slot < 0) {
        return getConnection();
      }
      List<ConnectionPool> replicas = cache.getSlotReplicaPools(slot);
      if (replicas != null && !replicas.isEmpty()) {
        return getReplicaConnectionFromSlot(slot);
      }
      long last = renewedNanos.get();
      long now = System.nanoTime();
      if (now - last > RENEW_NANOS && renewedNanos.compareAndSet(last, now)) {
        renewSlotCache();
      }
      return getConnectionFromSlot(slot);
    }
  }

  private Set<HostAndPort> seeds() {
    return config.nodes().stream().map(Connections::hostAndPort).collect(Collectors.toSet());
  }

  private String masterName() {
    String name = config.masterName();
    return name == null ? "" : name; // RedisConfig refuses sentinels without one.
  }

  private static HostAndPort hostAndPort(Node node) {
    return new HostAndPort(node.host(), node.port());
  }

  private static JedisClientConfig clientConfig(
      RedisConfig config, Duration blockingTimeout, SharedClient.Scope scope) {
    DefaultJedisClientConfig.Builder builder =
        common(config)
            .database(config.database())
            .clientName(config.clientName())
            .blockingSocketTimeoutMillis((int) blockingTimeout.toMillis());
    if (config.user() != null) {
      builder.user(config.user());
    }
    if (config.password() != null) {
      builder.password(config.password());
    }
    // RESP2 needs no HELLO, which proxies of managed servers may not know.
    if (config.resp() == 3) {
      builder.protocol(RedisProtocol.RESP3);
    }
    if (scope == SharedClient.Scope.CLUSTER_NODE
        || (config.readFromReplicas() && config.topology() == RedisConfig.Topology.CLUSTER)) {
      builder.readOnlyForRedisClusterReplicas();
    }
    return builder.build();
  }

  private JedisClientConfig sentinelConfig() {
    DefaultJedisClientConfig.Builder builder = common(config);
    if (config.sentinelUser() != null) {
      builder.user(config.sentinelUser());
    }
    if (config.sentinelPassword() != null) {
      builder.password(config.sentinelPassword());
    }
    return builder.build();
  }

  private static DefaultJedisClientConfig.Builder common(RedisConfig config) {
    DefaultJedisClientConfig.Builder builder =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis((int) config.connectTimeout().toMillis())
            .socketTimeoutMillis((int) config.timeout().toMillis())
            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED);
    if (config.tls() != null) {
      builder.ssl(true).sslOptions(sslOptions(config.tls()));
    }
    return builder;
  }

  private static SslOptions sslOptions(Tls tls) {
    SslOptions.Builder builder =
        SslOptions.builder()
            .sslVerifyMode(tls.verifyHostName() ? SslVerifyMode.FULL : SslVerifyMode.CA);
    try {
      if (tls.trustStore() != null) {
        builder.truststore(new File(tls.trustStore()), characters(tls.trustStorePassword()));
      }
      if (tls.keyStore() != null) {
        builder.keystore(new File(tls.keyStore()), characters(tls.keyStorePassword()));
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigException("Redis configuration", List.of(RedisErrors.message(e)));
    }
    return builder.build();
  }

  private static char @Nullable [] characters(@Nullable String password) {
    return password == null ? null : password.toCharArray();
  }
}
