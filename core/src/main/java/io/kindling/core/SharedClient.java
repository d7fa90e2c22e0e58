package io.kindling.core;

import io.kindling.core.RedisConfig.Node;
import io.kindling.core.RedisConfig.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/*
 * What all handles (Redis) on one configuration share: pools, Jedis clients, clients of single
 * nodes. Opened by the first command, closed with the last handle. There is no shutdown hook: the
 * operating system closes sockets, and a hook would take the connection from a program that still
 * drains its work in a hook of its own.
 */
final class SharedClient {
  private static final Logger LOG = LoggerFactory.getLogger(Redis.class);
  private static final Map<RedisConfig, SharedClient> SHARED = new ConcurrentHashMap<>();
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  /** How a client takes its configuration. */
  enum Scope {
    /** Looks at the server first: it may be a node of a cluster, or one that evicts. */
    INSTALLATION,
    /** As it is written; somebody has looked already. */
    AS_WRITTEN,
    /** The same, for a node of a cluster, which must be told to answer reads if it is a replica. */
    CLUSTER_NODE
  }

  /** For blocking commands on a client that is not meant for them: finite, but not short. */
  private static final Duration DEFAULT_BLOCKING = Duration.ofSeconds(60);

  private final RedisConfig config;
  private final Duration blockingTimeout;
  private final Scope scope;
  private int handles;
  private boolean closed;
  private volatile @Nullable Opened opened;

  private SharedClient(RedisConfig config, Duration longestWait, Scope scope) {
    this.config = config;
    blockingTimeout = longestWait.plus(config.timeout());
    this.scope = scope;
  }

  /** A client that is not shared, for a configuration that another one has used. */
  static SharedClient ownedBy(RedisConfig config, Duration longestWait) {
    return new SharedClient(config, longestWait, Scope.AS_WRITTEN);
  }

  static SharedClient acquire(RedisConfig config) {
    return SHARED.compute(
        config,
        (key, present) -> {
          SharedClient client =
              present == null
                  ? new SharedClient(key, DEFAULT_BLOCKING, Scope.INSTALLATION)
                  : present;
          client.handles++;
          return client;
        });
  }

  void release() {
    SHARED.computeIfPresent(
        config,
        (key, present) -> {
          if (present != this || --handles > 0) {
            return present;
          }
          close();
          return null;
        });
  }

  RedisConfig config() {
    return config;
  }

  /**
   * Opens if that was not done yet. Not repeated here on failure: a wrong address shall show at
   * once.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  Opened open() {
    Opened present = opened;
    return present != null ? present : openOnce();
  }

  private synchronized Opened openOnce() {
    if (closed) {
      throw new IllegalStateException("Cannot use the connection to " + config + ": it is closed");
    }
    Opened present = opened;
    if (present == null) {
      present = new Opened(config, blockingTimeout, scope);
      opened = present;
    }
    return present;
  }

  synchronized void close() {
    closed = true;
    if (opened != null) {
      opened.close();
    }
  }

  /** The open state of a client. */
  static final class Opened {
    private final Connections connections;
    private final UnifiedJedis jedis;
    private final UnifiedJedis reader;
    private final List<String> warnings;
    private final Map<Node, SharedClient> nodes = new ConcurrentHashMap<>();

    private Opened(RedisConfig config, Duration blockingTimeout, Scope scope) {
      Connections candidate = null;
      String info;
      try {
        candidate = new Connections(config, blockingTimeout, scope);
        info = scope == Scope.INSTALLATION ? serverInfo(candidate) : "";
        if (config.topology() == Topology.STANDALONE && info.contains("redis_mode:cluster")) {
          // The first node of a cluster, as spark-redis takes it.
          candidate.close();
          candidate = new Connections(config.asCluster(), blockingTimeout, scope);
        }
      } catch (JedisException e) {
        if (candidate != null) {
          candidate.close();
        }
        throw RedisErrors.notSent(e, "the first command", config.toString());
      }
      connections = candidate;
      jedis = connections.client(CommandRunner.onMasters(connections));
      reader = config.readFromReplicas() ? openReader() : jedis;
      warnings = evictionWarning(info, config);
      warnings.stream().filter(WARNED::add).forEach(LOG::warn);
    }

    UnifiedJedis jedis() {
      return jedis;
    }

    UnifiedJedis reader() {
      return reader;
    }

    Connections connections() {
      return connections;
    }

    List<String> warnings() {
      return warnings;
    }

    List<Node> masters() {
      return told(connections::clusterMasters, "CLUSTER SLOTS");
    }

    List<Node> replicas() {
      return told(connections::replicas, "the search for replicas");
    }

    private List<Node> told(Supplier<List<Node>> question, String what) {
      try {
        return question.get();
      } catch (JedisException e) {
        throw RedisErrors.notSent(e, what, connections.config().toString());
      }
    }

    SharedClient node(Node node) {
      Scope single = connections.isCluster() ? Scope.CLUSTER_NODE : Scope.AS_WRITTEN;
      return nodes.computeIfAbsent(
          node, n -> new SharedClient(connections.config().forNode(n), DEFAULT_BLOCKING, single));
    }

    private UnifiedJedis openReader() {
      return connections.client(
          connections.isCluster()
              ? CommandRunner.onReplicas(connections)
              : new ReplicaReader(this));
    }

    private void close() {
      nodes.values().forEach(SharedClient::close);
      connections.close();
    }

    /** INFO, or nothing where the server's operator does not allow it: no feature needs it. */
    private static String serverInfo(Connections connections) {
      try {
        return connections.ask(Protocol.Command.INFO);
      } catch (JedisException e) {
        String reply = RedisErrors.message(e);
        if (reply.startsWith("NOPERM") || reply.startsWith("ERR unknown command")) {
          LOG.debug(
              "INFO is denied at {}: {}",
              connections.config(),
              RedisErrors.withoutArguments(reply));
          return "";
        }
        throw e;
      }
    }

    private static List<String> evictionWarning(String info, RedisConfig config) {
      var warnings = new ArrayList<String>();
      String policy = infoField(info, "maxmemory_policy");
      if (!policy.isEmpty() && !policy.equals("noeviction")) {
        warnings.add(
            String.format(
                "Redis at %s may evict keys (maxmemory-policy %s, maxmemory %s bytes): %s. Use"
                    + " noeviction, or a server of its own, for what must not be lost; see"
                    + " docs/sharing-redis.md",
                config,
                policy,
                infoField(info, "maxmemory"),
                policy.startsWith("volatile")
                    ? "those with a time to live, such as counters and results, may vanish"
                    : "models, counters and queues may vanish"));
      }
      return List.copyOf(warnings);
    }

    private static String infoField(String info, String name) {
      return info.lines()
          .filter(line -> line.startsWith(name + ":"))
          .map(line -> line.substring(name.length() + 1).trim())
          .findFirst()
          .orElse("");
    }
  }
}
