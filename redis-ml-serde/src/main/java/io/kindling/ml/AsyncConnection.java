package io.kindling.ml;

import io.kindling.core.ConfigException;
import io.kindling.core.FunctionLibrary;
import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import io.kindling.core.RedisUnavailableException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import io.lettuce.core.models.role.RedisNodeDescription;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Lettuce connection of all {@link AsyncPredictor}s on one configuration. The only class that
 * names Lettuce's types, since Lettuce may be absent.
 *
 * <p>Lettuce sends again, after a reconnection, what it has no reply to; everything sent here may
 * run twice.
 */
final class AsyncConnection {

  private static final Map<RedisConfig, AsyncConnection> SHARED = new ConcurrentHashMap<>();
  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
  private static final String VERSION = "kindling_version";
  private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(30);
  private static final Duration LONGEST_SHUTDOWN = Duration.ofSeconds(2);

  /** Lettuce's own pauses grow to 30 s: so long after an outage it would be away, too. */
  private static final Duration LONGEST_RECONNECT_PAUSE = Duration.ofSeconds(1);

  private static final int FIRST_RECONNECT_PAUSE_MILLIS = 20;

  /**
   * Between looks at the cluster that a failure leads to. Lettuce's own 30 s would let the one look
   * be the one that comes before the failover.
   */
  private static final Duration TOPOLOGY_LOOK_AFTER_FAILURE = Duration.ofSeconds(1);

  private final RedisConfig config;
  private final AbstractRedisClient client;
  private final StatefulConnection<String, byte[]> connection;
  private final RedisClusterAsyncCommands<String, byte[]> commands;
  private final Supplier<Collection<? extends RedisClusterAsyncCommands<String, byte[]>>> masters;
  private int users;

  private AsyncConnection(
      RedisConfig config,
      AbstractRedisClient client,
      StatefulConnection<String, byte[]> connection,
      RedisClusterAsyncCommands<String, byte[]> commands,
      Supplier<Collection<? extends RedisClusterAsyncCommands<String, byte[]>>> masters) {
    this.config = config;
    this.client = client;
    this.connection = connection;
    this.commands = commands;
    this.masters = masters;
  }

  /** Opens a connection, or joins the one that is open. */
  static AsyncConnection acquire(RedisConfig config) {
    return SHARED.compute(
        config,
        (key, present) -> {
          AsyncConnection connection = present == null ? open(key) : present;
          connection.users++;
          return connection;
        });
  }

  /** Closes the connection if this was its last user. */
  void release() {
    SHARED.computeIfPresent(
        config,
        (key, present) -> {
          if (present != this || --users > 0) {
            return present;
          }
          connection.close();
          shutDown(client);
          return null;
        });
  }

  /** How long to repeat what only reads. */
  Duration retryFor() {
    return config.retryFor();
  }

  /** What a function replies; Lettuce has to know before. */
  enum Reply {
    /** byte[]. */
    TEXT(ScriptOutputType.VALUE),
    /** List of byte[], Long or List. */
    LIST(ScriptOutputType.MULTI);

    private final ScriptOutputType type;

    Reply(ScriptOutputType type) {
      this.type = type;
    }
  }

  /** Calls a function that only reads. */
  CompletionStage<Object> call(String function, Reply reply, String key, List<byte[]> arguments) {
    return completed(
        () ->
            commands.<Object>fcallReadOnly(
                function, reply.type, new String[] {key}, arguments.toArray(byte[][]::new)),
        "FCALL_RO on '" + key + "'");
  }

  /** A field of a hash as text. */
  CompletableFuture<Optional<String>> hget(String key, String field) {
    return completed(() -> commands.hget(key, field), "HGET on '" + key + "'")
        .thenApply(
            bytes -> Optional.ofNullable(bytes).map(b -> new String(b, StandardCharsets.UTF_8)));
  }

  /** Installs a library on every master that lacks it or has a lower version of it. */
  CompletionStage<Void> install(FunctionLibrary library) {
    CompletableFuture<?>[] all;
    try {
      all =
          masters.get().stream()
              .map(master -> installOn(master, library))
              .toArray(CompletableFuture[]::new);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(failure(e, "FUNCTION LOAD", config));
    }
    return CompletableFuture.allOf(all);
  }

  private CompletableFuture<String> installOn(
      RedisClusterAsyncCommands<String, byte[]> master, FunctionLibrary library) {
    String what = "FUNCTION LOAD of " + library;
    return completed(() -> master.functionLoad(library.source()), what)
        .exceptionallyCompose(
            error ->
                error instanceof RedisReplyException e && e.reply().contains("already exists")
                    ? replaceLower(master, library, what)
                    : CompletableFuture.failedFuture(error));
  }

  private CompletableFuture<String> replaceLower(
      RedisClusterAsyncCommands<String, byte[]> master, FunctionLibrary library, String what) {
    return completed(
            () -> master.<Long>fcallReadOnly(VERSION, ScriptOutputType.INTEGER, new String[0]),
            "FCALL_RO " + VERSION)
        .exceptionally(error -> 0L) // a library from before it told its version
        .thenCompose(
            installed ->
                installed >= library.version()
                    ? CompletableFuture.completedFuture("")
                    : completed(() -> master.functionLoad(library.source(), true), what));
  }

  /** A command's future, which fails with this library's exceptions. */
  private <T> CompletableFuture<T> completed(Supplier<CompletionStage<T>> command, String what) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      command
          .get()
          .whenComplete(
              (reply, error) -> {
                if (error == null) {
                  result.complete(reply);
                } else {
                  result.completeExceptionally(failure(error, what, config));
                }
              });
    } catch (RuntimeException e) {
      result.completeExceptionally(failure(e, what, config));
    }
    return result;
  }

  private static KindlingException failure(Throwable error, String what, RedisConfig config) {
    Throwable root = error;
    for (Throwable e = error; e != null; e = e.getCause()) {
      if (e instanceof KindlingException known) {
        return known;
      }
      if (e instanceof RedisCommandExecutionException && e.getMessage() != null) {
        return RedisReplyException.of(
            e.getMessage(), e, what, config.toString(), ModelFunctions.LIBRARY);
      }
      root = e;
    }
    return new RedisUnavailableException(
        "Cannot run "
            + what
            + " at "
            + config
            + ": "
            + (root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage()),
        error);
  }

  private static AsyncConnection open(RedisConfig config) {
    return switch (config.topology()) {
      case CLUSTER -> openCluster(config);
      case SENTINEL -> openSingle(config, sentinelUri(config).build());
      case STANDALONE -> openSingle(config, uri(config, config.nodes().get(0)).build());
    };
  }

  private static AsyncConnection openSingle(RedisConfig config, RedisURI uri) {
    RedisClient client = RedisClient.create(resources());
    try {
      client.setOptions(options(ClientOptions.builder(), config).build());
      StatefulRedisConnection<String, byte[]> connection;
      if (config.readFromReplicas()) {
        StatefulRedisMasterReplicaConnection<String, byte[]> toAll =
            MasterReplica.connect(client, CODEC, uri);
        toAll.setReadFrom(new AnyReplicaElseMaster());
        connection = toAll;
      } else {
        connection = client.connect(CODEC, uri);
      }
      if (config.topology() == RedisConfig.Topology.STANDALONE && isCluster(connection)) {
        connection.close();
        shutDown(client);
        return openCluster(config);
      }
      return new AsyncConnection(
          config, client, connection, connection.async(), () -> List.of(connection.async()));
    } catch (RuntimeException e) {
      shutDown(client);
      throw failure(e, "the first command", config);
    }
  }

  /** Whether a server, which was given as a single one, is a node of a cluster. */
  private static boolean isCluster(StatefulRedisConnection<String, byte[]> connection) {
    try {
      return connection.sync().info("cluster").contains("cluster_enabled:1");
    } catch (RedisCommandExecutionException e) {
      return false; // INFO is denied to this user
    }
  }

  private static AsyncConnection openCluster(RedisConfig config) {
    RedisClusterClient client =
        RedisClusterClient.create(
            resources(), config.nodes().stream().map(node -> uri(config, node).build()).toList());
    try {
      client.setOptions(
          options(ClusterClientOptions.builder(), config)
              .topologyRefreshOptions(
                  ClusterTopologyRefreshOptions.builder()
                      .enableAllAdaptiveRefreshTriggers()
                      .adaptiveRefreshTriggersTimeout(TOPOLOGY_LOOK_AFTER_FAILURE)
                      .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                      .build())
              .build());
      StatefulRedisClusterConnection<String, byte[]> connection = client.connect(CODEC);
      if (config.readFromReplicas()) {
        connection.setReadFrom(new AnyReplicaElseMaster());
      }
      return new AsyncConnection(
          config,
          client,
          connection,
          connection.async(),
          () -> connection.async().upstream().asMap().values());
    } catch (RuntimeException e) {
      shutDown(client);
      throw failure(e, "the first command", config);
    }
  }

  private static ClientResources resources() {
    return ClientResources.builder()
        .reconnectDelay(
            Delay.equalJitter(
                Duration.ZERO,
                LONGEST_RECONNECT_PAUSE,
                FIRST_RECONNECT_PAUSE_MILLIS,
                TimeUnit.MILLISECONDS))
        .build();
  }

  /** With its resources, which it regards as somebody else's. */
  private static void shutDown(AbstractRedisClient client) {
    client.shutdown(Duration.ZERO, LONGEST_SHUTDOWN);
    client
        .getResources()
        .shutdown(0, LONGEST_SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(LONGEST_SHUTDOWN.toMillis());
  }

  private static <B extends ClientOptions.Builder> B options(B builder, RedisConfig config) {
    builder
        .protocolVersion(config.resp() == 3 ? ProtocolVersion.RESP3 : ProtocolVersion.RESP2)
        .socketOptions(SocketOptions.builder().connectTimeout(config.connectTimeout()).build())
        .timeoutOptions(TimeoutOptions.enabled(config.timeout()));
    RedisConfig.Tls tls = config.tls();
    if (tls != null) {
      builder.sslOptions(sslOptions(tls));
    }
    return builder;
  }

  private static SslOptions sslOptions(RedisConfig.Tls tls) {
    SslOptions.Builder options = SslOptions.builder();
    try {
      if (tls.trustStore() != null) {
        String password = tls.trustStorePassword();
        options.truststore(new File(tls.trustStore()), password == null ? "" : password);
      }
      if (tls.keyStore() != null) {
        String password = tls.keyStorePassword();
        options.keystore(
            new File(tls.keyStore()), password == null ? new char[0] : password.toCharArray());
      }
    } catch (IllegalArgumentException e) { // there is no such file
      throw new ConfigException("Redis configuration", List.of(String.valueOf(e.getMessage())));
    }
    return options.build();
  }

  private static RedisURI.Builder uri(RedisConfig config, RedisConfig.Node node) {
    return common(
            RedisURI.builder().withHost(node.host()).withPort(node.port()),
            config,
            config.user(),
            config.password())
        .withDatabase(config.database())
        .withClientName(config.clientName());
  }

  private static RedisURI.Builder sentinelUri(RedisConfig config) {
    RedisURI.Builder uri = RedisURI.builder().withSentinelMasterId(config.masterName());
    for (RedisConfig.Node node : config.nodes()) {
      uri.withSentinel(
          common(
                  RedisURI.builder().withHost(node.host()).withPort(node.port()),
                  config,
                  config.sentinelUser(),
                  config.sentinelPassword())
              .build());
    }
    return common(uri, config, config.user(), config.password())
        .withDatabase(config.database())
        .withClientName(config.clientName());
  }

  private static RedisURI.Builder common(
      RedisURI.Builder uri, RedisConfig config, @Nullable String user, @Nullable String password) {
    RedisConfig.Tls tls = config.tls();
    uri.withTimeout(config.timeout()).withSsl(tls != null);
    if (tls != null) {
      uri.withVerifyPeer(tls.verifyHostName() ? SslVerifyMode.FULL : SslVerifyMode.CA);
    }
    if (password != null && user != null) {
      uri.withAuthentication(user, password);
    } else if (password != null) {
      uri.withPassword(password.toCharArray());
    }
    return uri;
  }

  /** As the Jedis client reads: from a random replica, or from the master if there is none. */
  private static final class AnyReplicaElseMaster extends ReadFrom {

    @Override
    public List<RedisNodeDescription> select(Nodes nodes) {
      List<RedisNodeDescription> replicas =
          nodes.getNodes().stream().filter(node -> node.getRole().isReplica()).toList();
      return replicas.isEmpty() ? nodes.getNodes() : replicas;
    }
  }
}
