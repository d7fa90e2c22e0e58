package io.kindling.core;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a Redis is and how to talk to it. Immutable; travels in Spark closures; {@link #toString()}
 * shows no secret.
 *
 * <pre>{@code
 * RedisConfig.parse("localhost");                                  // also host:port
 * RedisConfig.parse("rediss://app:secret@redis.example:6380/2?timeout=5s");
 * RedisConfig.parse("redis-cluster://h1:6379,h2:6379");
 * RedisConfig.parse("redis-sentinel://s1:26379,s2:26379/mymaster/0");
 * RedisConfig.from(pairs);                                         // spark.kindling.redis.*, spark.redis.*
 * RedisConfig.builder().node("localhost", 6379).password("secret").build();
 * }</pre>
 *
 * A standalone address that turns out to be a node of a cluster is used as a cluster. All keys
 * stand in {@code docs/configuration.md}; behind {@code ?} a URI takes each of them without {@code
 * spark.kindling.redis.}.
 *
 * @param topology what kind of installation it is
 * @param nodes the server, or some nodes of the cluster, or the sentinels; at least one
 * @param masterName what the sentinels call the master; null unless the topology is SENTINEL
 * @param user the ACL user, null for the default user
 * @param password null if none is asked for
 * @param database the number of the database; 0 in a cluster
 * @param sentinelUser the ACL user on the sentinels
 * @param sentinelPassword the password on the sentinels
 * @param tls null for plain connections
 * @param connectTimeout how long opening a connection may take
 * @param timeout how long a reply may take, and how long to wait for a free connection
 * @param retryFor how long to try again what was not executed, or is idempotent
 * @param maxPoolSize connections per node at most
 * @param pipelineSize commands per batch of a pipeline
 * @param resp the version of Redis's protocol, 2 or 3
 * @param readFromReplicas whether reads that may be stale go to replicas
 * @param clientName what CLIENT LIST shows
 */
public record RedisConfig(
    Topology topology,
    List<Node> nodes,
    @Nullable String masterName,
    @Nullable String user,
    @Nullable String password,
    int database,
    @Nullable String sentinelUser,
    @Nullable String sentinelPassword,
    @Nullable Tls tls,
    Duration connectTimeout,
    Duration timeout,
    Duration retryFor,
    int maxPoolSize,
    int pipelineSize,
    int resp,
    boolean readFromReplicas,
    String clientName)
    implements Serializable {

  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(RedisConfig.class);
  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  public RedisConfig {
    nodes = List.copyOf(nodes);
    var problems = new ArrayList<String>();
    if (nodes.isEmpty()) {
      problems.add("no host is given");
    }
    if (topology == Topology.STANDALONE && nodes.size() > 1) {
      problems.add(
          nodes.size()
              + " hosts are given: write redis-cluster:// or redis-sentinel://host,host/master");
    }
    if ((topology == Topology.SENTINEL) != (masterName != null)) {
      problems.add(
          topology == Topology.SENTINEL
              ? "no master is named: write redis-sentinel://host,host/master"
              : "the master '" + masterName + "' is named, but the topology is " + topology);
    }
    if (topology == Topology.CLUSTER && database != 0) {
      problems.add("the database is " + database + ": a cluster has 0 only");
    }
    if (database < 0) {
      problems.add("the database is " + database + ": allowed is 0 and above");
    }
    if (user != null && password == null) {
      problems.add(
          "the user '"
              + user
              + "' has no password; a password alone is written redis://:password@host");
    }
    checkPositive("connect-timeout", connectTimeout, problems);
    checkPositive("timeout", timeout, problems);
    if (retryFor.isNegative()) {
      problems.add("retry-for is " + retryFor + ": allowed is 0 and above");
    }
    if (maxPoolSize < 1) {
      problems.add("max-pool-size is " + maxPoolSize + ": allowed is 1 and above");
    }
    if (pipelineSize < 1) {
      problems.add("pipeline-size is " + pipelineSize + ": allowed is 1 and above");
    }
    if (resp != 2 && resp != 3) {
      problems.add("the protocol is RESP" + resp + ": allowed is 2 or 3");
    }
    if (!clientName.chars().allMatch(c -> c >= '!' && c <= '~')) {
      problems.add("the client name has blanks or characters other than ASCII's");
    }
    if (!problems.isEmpty()) {
      throw new ConfigException("Redis configuration", problems);
    }
  }

  private static void checkPositive(String what, Duration value, List<String> problems) {
    if (value.toMillis() < 1 || value.toMillis() > Integer.MAX_VALUE) {
      problems.add(what + " is " + value + ": allowed is 1 ms to " + Integer.MAX_VALUE + " ms");
    }
  }

  /** What kind of installation it is. */
  public enum Topology {
    /** One server, perhaps with replicas. */
    STANDALONE,
    /** Redis Cluster. */
    CLUSTER,
    /** One master found through sentinels. */
    SENTINEL
  }

  /**
   * Where a server listens.
   *
   * @param host a name or address, IPv6 without brackets
   * @param port from 1 to 65535
   */
  public record Node(String host, int port) implements Serializable {
    private static final long serialVersionUID = 1;

    public Node {
      if (host.isEmpty() || port < 1 || port > 65535) {
        throw new ConfigException(
            "Redis configuration", List.of("'" + host + ":" + port + "' is not a host and port"));
      }
    }

    @Override
    public String toString() {
      return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
  }

  /**
   * How connections are encrypted. Files must exist on every machine that connects.
   *
   * @param trustStore PKCS12 or JKS; null for the JVM's
   * @param trustStorePassword null if it has none
   * @param keyStore PKCS12 or JKS with the client's certificate; null if the server asks for none
   * @param keyStorePassword null if it has none
   * @param verifyHostName whether the certificate must carry the host's name
   */
  public record Tls(
      @Nullable String trustStore,
      @Nullable String trustStorePassword,
      @Nullable String keyStore,
      @Nullable String keyStorePassword,
      boolean verifyHostName)
      implements Serializable {
    private static final long serialVersionUID = 1;

    /** The JVM's authorities, no client certificate, host names verified. */
    public static Tls defaults() {
      return new Tls(null, null, null, null, true);
    }

    @Override
    public String toString() {
      return "Tls[trustStore="
          + trustStore
          + ", keyStore="
          + keyStore
          + ", verifyHostName="
          + verifyHostName
          + "]";
    }
  }

  /**
   * Reads a URI, or {@code host}, or {@code host:port}.
   *
   * @throws ConfigException with all problems; the password is not in the message
   */
  public static RedisConfig parse(String uri) {
    return RedisSettings.read(Map.of(RedisSettings.URI.name(), uri));
  }

  /**
   * Reads settings as {@code SparkConf} holds them. Keys of ours go before those of spark-redis,
   * single keys before the same thing in the URI. If a URI is set, the address, user, password,
   * database and TLS switch of spark-redis are not used: they belong to another server.
   *
   * <p>Logs {@link #redactionWarning} once, if there is one.
   *
   * @param pairs any settings; what does not concern Redis is ignored
   * @throws ConfigException with all problems, among them unknown {@code spark.kindling.*} keys
   */
  public static RedisConfig from(Map<String, String> pairs) {
    redactionWarning(pairs).filter(WARNED::add).ifPresent(LOG::warn);
    return RedisSettings.read(pairs);
  }

  /** Starts from the defaults, without a node. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts from this configuration. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** This configuration, for a server that turned out to be a node of a cluster. */
  RedisConfig asCluster() {
    return toBuilder().cluster().build();
  }

  /** This configuration for one standalone node of it. */
  RedisConfig forNode(Node node) {
    Builder b = toBuilder();
    b.topology = Topology.STANDALONE;
    b.masterName = null;
    b.nodes.clear();
    b.nodes.add(node);
    return b.build();
  }

  /**
   * A warning if Spark would show a password of these settings in its UI and event log, with the
   * setting that hides it. {@link #from} logs it.
   *
   * @param pairs the settings of the {@code SparkConf}
   */
  public static Optional<String> redactionWarning(Map<String, String> pairs) {
    return RedisSettings.redactionWarning(pairs);
  }

  /** The URI, with {@code ***} for a password. */
  @Override
  public String toString() {
    var text = new StringBuilder(tls == null ? "redis" : "rediss");
    if (topology != Topology.STANDALONE) {
      text.append('-').append(topology.name().toLowerCase(Locale.ROOT));
    }
    text.append("://");
    if (password != null) {
      text.append(user == null ? "" : user).append(":***@");
    }
    text.append(String.join(",", nodes.stream().map(Node::toString).toList()));
    if (masterName != null) {
      text.append('/').append(masterName);
    }
    return database == 0 ? text.toString() : text.append('/').append(database).toString();
  }

  /** Builds a configuration; what is not set has the default of {@code docs/configuration.md}. */
  public static final class Builder {
    Topology topology = Topology.STANDALONE;
    final List<Node> nodes = new ArrayList<>();
    @Nullable String masterName;
    @Nullable String user;
    @Nullable String password;
    int database;
    @Nullable String sentinelUser;
    @Nullable String sentinelPassword;
    @Nullable Tls tls;
    Duration connectTimeout;
    Duration timeout;
    Duration retryFor;
    int maxPoolSize;
    int pipelineSize;
    int resp = 2;
    boolean readFromReplicas;
    String clientName;

    private Builder() {
      ConfigSection.Values defaults = RedisSettings.SECTION.read(Map.of());
      connectTimeout = defaults.get(RedisSettings.CONNECT_TIMEOUT);
      timeout = defaults.get(RedisSettings.TIMEOUT);
      retryFor = defaults.get(RedisSettings.RETRY_FOR);
      maxPoolSize = defaults.get(RedisSettings.MAX_POOL_SIZE);
      pipelineSize = defaults.get(RedisSettings.PIPELINE_SIZE);
      clientName = defaults.get(RedisSettings.CLIENT_NAME);
    }

    private Builder(RedisConfig from) {
      topology = from.topology;
      nodes.addAll(from.nodes);
      masterName = from.masterName;
      user = from.user;
      password = from.password;
      database = from.database;
      sentinelUser = from.sentinelUser;
      sentinelPassword = from.sentinelPassword;
      tls = from.tls;
      connectTimeout = from.connectTimeout;
      timeout = from.timeout;
      retryFor = from.retryFor;
      maxPoolSize = from.maxPoolSize;
      pipelineSize = from.pipelineSize;
      resp = from.resp;
      readFromReplicas = from.readFromReplicas;
      clientName = from.clientName;
    }

    /** Adds a node: the server, one of the cluster, or a sentinel. */
    public Builder node(String host, int port) {
      nodes.add(new Node(host, port));
      return this;
    }

    /** The nodes belong to a cluster. */
    public Builder cluster() {
      topology = Topology.CLUSTER;
      return this;
    }

    /** The nodes are sentinels that know this master. */
    public Builder sentinel(String masterName) {
      topology = Topology.SENTINEL;
      this.masterName = masterName;
      return this;
    }

    /** The ACL user. */
    public Builder user(String user) {
      this.user = user;
      return this;
    }

    /** The password. */
    public Builder password(String password) {
      this.password = password;
      return this;
    }

    /** The database's number. */
    public Builder database(int database) {
      this.database = database;
      return this;
    }

    /** The password on the sentinels. */
    public Builder sentinelPassword(String sentinelPassword) {
      this.sentinelPassword = sentinelPassword;
      return this;
    }

    /** The ACL user on the sentinels. */
    public Builder sentinelUser(String sentinelUser) {
      this.sentinelUser = sentinelUser;
      return this;
    }

    /** Encrypts. */
    public Builder tls(Tls tls) {
      this.tls = tls;
      return this;
    }

    /** How long opening a connection may take. */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = connectTimeout;
      return this;
    }

    /** How long a reply may take. */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** How long to try again what was not executed, or is idempotent; zero never. */
    public Builder retryFor(Duration retryFor) {
      this.retryFor = retryFor;
      return this;
    }

    /** Connections per node at most. */
    public Builder maxPoolSize(int maxPoolSize) {
      this.maxPoolSize = maxPoolSize;
      return this;
    }

    /** Commands per batch of a pipeline. */
    public Builder pipelineSize(int pipelineSize) {
      this.pipelineSize = pipelineSize;
      return this;
    }

    /** Version 2 or 3 of Redis's protocol. */
    public Builder resp(int resp) {
      this.resp = resp;
      return this;
    }

    /** Sends reads that may be stale to replicas. */
    public Builder readFromReplicas() {
      readFromReplicas = true;
      return this;
    }

    /** What CLIENT LIST shows. */
    public Builder clientName(String clientName) {
      this.clientName = clientName;
      return this;
    }

    /**
     * The configuration.
     *
     * @throws ConfigException with all problems
     */
    public RedisConfig build() {
      return new RedisConfig(
          topology,
          nodes,
          masterName,
          user,
          password,
          database,
          sentinelUser,
          sentinelPassword,
          tls,
          connectTimeout,
          timeout,
          retryFor,
          maxPoolSize,
          pipelineSize,
          resp,
          readFromReplicas,
          clientName);
    }
  }
}
