package io.kindling.core;

import java.time.Duration;
import java.util.List;
import redis.clients.jedis.UnifiedJedis;

/**
 * A handle on a Redis installation: the entry to this package.
 *
 * <pre>{@code
 * try (Redis redis = Redis.connect("redis://localhost:6379")) {
 *   redis.jedis().set("k", "v");
 *   try (RedisPipeline pipeline = redis.pipeline()) {
 *     pipeline.hincrBy("h", "f", 1);
 *   }
 * }
 * }</pre>
 *
 * Executor safe: ship the {@link RedisConfig} and connect in the task. All handles of a JVM on one
 * configuration share one client, which opens with the first command and closes with the last
 * handle; what is never closed lives as long as the JVM, which is right for tasks of an executor.
 *
 * <p>Commands fail with the subclasses of {@link KindlingException}. Repeated are only commands
 * that Redis did not execute, and idempotent ones. Safe for concurrent use.
 */
public final class Redis implements AutoCloseable {
  private final SharedClient client;
  private final Runnable onClose;
  private volatile boolean closed;

  private Redis(SharedClient client, Runnable onClose) {
    this.client = client;
    this.onClose = onClose;
  }

  /** Returns a handle. Does not connect: the first command does, once per JVM and configuration. */
  public static Redis connect(RedisConfig config) {
    SharedClient client = SharedClient.acquire(config);
    return new Redis(client, client::release);
  }

  /**
   * Returns a handle on a URI, {@code host} or {@code host:port}.
   *
   * @throws ConfigException if {@link RedisConfig#parse} refuses it
   */
  public static Redis connect(String uri) {
    return connect(RedisConfig.parse(uri));
  }

  /** What this handle was made from. */
  public RedisConfig config() {
    return client.config();
  }

  /**
   * Redis's commands, on pooled connections: on the masters where there are several nodes. Not for
   * blocking commands, which would keep a pooled connection each; see {@link #blocking}.
   *
   * @throws RedisUnavailableException if Redis cannot be reached
   */
  public UnifiedJedis jedis() {
    return open().jedis();
  }

  /** A pipeline with batches of {@code pipeline-size} commands. Not safe for concurrent use. */
  public RedisPipeline pipeline() {
    return new RedisPipeline(open().connections());
  }

  /** Lua scripts. */
  public RedisScripts scripts() {
    return new RedisScripts(jedis());
  }

  /** Redis Functions. */
  public RedisFunctions functions() {
    SharedClient.Opened opened = open();
    return new RedisFunctions(this, opened.jedis(), opened.reader());
  }

  /**
   * A handle with one connection of its own per node, for blocking commands and subscriptions. Its
   * socket gives up when nothing has come for {@code longestWait} and {@code timeout} together, so
   * that a dead peer is noticed. To be closed by the caller.
   *
   * @param longestWait the longest time that a command on it will block; at least as much as its
   *     own timeout argument
   */
  public Redis blocking(Duration longestWait) {
    RedisConfig single = open().connections().config().toBuilder().maxPoolSize(1).build();
    var own = SharedClient.ownedBy(single, longestWait);
    return new Redis(own, own::close);
  }

  /**
   * The nodes that take writes: this handle itself, or one for each master of a cluster. They
   * belong to this handle and need not be closed.
   */
  public List<Redis> masters() {
    SharedClient.Opened opened = open();
    return opened.connections().isCluster() ? handles(opened, opened.masters()) : List.of(this);
  }

  /**
   * The replicas that the masters know of, each for reading. They belong to this handle and need
   * not be closed.
   *
   * @throws RedisReplyException.NoPermission if the server does not tell (INFO is denied)
   */
  public List<Redis> replicas() {
    SharedClient.Opened opened = open();
    return handles(opened, opened.replicas());
  }

  /** What was found at connecting that may do harm, as it was logged; empty if nothing. */
  public List<String> warnings() {
    return open().warnings();
  }

  private static List<Redis> handles(SharedClient.Opened opened, List<RedisConfig.Node> nodes) {
    return nodes.stream().map(node -> new Redis(opened.node(node), () -> {})).toList();
  }

  private SharedClient.Opened open() {
    if (closed) {
      throw new IllegalStateException("Cannot use the handle on " + config() + ": it is closed");
    }
    return client.open();
  }

  /** Gives this handle back; the client closes with the last one. Further calls do nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      onClose.run();
    }
  }

  /** The address, without a password. */
  @Override
  public String toString() {
    return config().toString();
  }
}
