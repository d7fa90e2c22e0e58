package io.kindling.core;

import java.io.Serializable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

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
  private static final int DEFAULT_PORT = 6379;
  private static final int DEFAULT_SENTINEL_PORT = 26379;
  private static final String PREFIX = "spark.kindling.redis.";

  private static final ConfigKey<String> URI =
      ConfigKey.text(
          PREFIX + "uri",
          "redis://localhost:6379",
          "`redis://[user:password@]host[:port][/database]`, `rediss://` for TLS,"
              + " `redis-cluster://host,host`, `redis-sentinel://host,host/master[/database]`");
  private static final ConfigKey<String> USER =
      ConfigKey.text(PREFIX + "user", null, "ACL user; goes before the URI's")
          .alias("spark.redis.user");
  private static final ConfigKey<String> PASSWORD =
      ConfigKey.text(
              PREFIX + "password",
              null,
              "goes before the URI's, and is hidden by Spark, which the URI's is not")
          .alias("spark.redis.auth")
          .secret();
  private static final ConfigKey<Integer> DATABASE =
      ConfigKey.number(
              PREFIX + "database",
              0,
              Integer.MAX_VALUE,
              0,
              "database number; goes before the URI's")
          .alias("spark.redis.db");
  private static final ConfigKey<Boolean> TLS =
      ConfigKey.flag(PREFIX + "tls.enabled", false, "TLS, also without `rediss://`")
          .alias("spark.redis.ssl");
  private static final ConfigKey<String> TRUST_STORE =
      ConfigKey.text(
          PREFIX + "tls.trust-store",
          null,
          "file (PKCS12 or JKS) with the authorities to trust; without it the JVM's");
  private static final ConfigKey<String> TRUST_STORE_PASSWORD =
      ConfigKey.text(PREFIX + "tls.trust-store-password", null, "its password").secret();
  private static final ConfigKey<String> KEY_STORE =
      ConfigKey.text(
          PREFIX + "tls.key-store", null, "file (PKCS12 or JKS) with the client's certificate");
  private static final ConfigKey<String> KEY_STORE_PASSWORD =
      ConfigKey.text(PREFIX + "tls.key-store-password", null, "its password").secret();
  private static final ConfigKey<Boolean> VERIFY_HOST_NAME =
      ConfigKey.flag(
          PREFIX + "tls.verify-host-name",
          true,
          "whether the server's certificate must carry the host's name");
  private static final ConfigKey<String> SENTINEL_USER =
      ConfigKey.text(PREFIX + "sentinel.user", null, "ACL user on the sentinels");
  private static final ConfigKey<String> SENTINEL_PASSWORD =
      ConfigKey.text(PREFIX + "sentinel.password", null, "password on the sentinels")
          .alias("spark.redis.sentinel.auth")
          .secret();
  private static final ConfigKey<Duration> CONNECT_TIMEOUT =
      ConfigKey.duration(
          PREFIX + "connect-timeout", Duration.ofSeconds(2), "how long connecting may take");
  private static final ConfigKey<Duration> TIMEOUT =
      ConfigKey.duration(
              PREFIX + "timeout",
              Duration.ofSeconds(2),
              "how long a reply may take, and how long to wait for a free connection")
          .alias("spark.redis.timeout");
  private static final ConfigKey<Duration> RETRY_FOR =
      ConfigKey.duration(
          PREFIX + "retry-for",
          Duration.ofSeconds(10),
          "how long to repeat what Redis did not execute, and idempotent commands; 0 never");
  private static final ConfigKey<Integer> MAX_POOL_SIZE =
      ConfigKey.number(
              PREFIX + "max-pool-size",
              1,
              Integer.MAX_VALUE,
              32,
              "connections per JVM and node at most")
          .alias("spark.redis.max.pool.size");
  private static final ConfigKey<Integer> PIPELINE_SIZE =
      ConfigKey.number(
              PREFIX + "pipeline-size", 1, 100_000, 512, "commands per batch of a pipeline")
          .alias("spark.redis.max.pipeline.size");
  private static final ConfigKey<String> PROTOCOL =
      ConfigKey.oneOf(
          PREFIX + "protocol", List.of("resp2", "resp3"), "resp2", "version of Redis's protocol");
  private static final ConfigKey<Boolean> READ_FROM_REPLICAS =
      ConfigKey.flag(
          PREFIX + "read-from-replicas",
          false,
          "whether reads that may be stale, such as predictions, go to replicas");
  private static final ConfigKey<String> CLIENT_NAME =
      ConfigKey.text(PREFIX + "client-name", "kindling", "what CLIENT LIST shows");

  // The address as spark-redis has it; used where no URI of ours is set.
  private static final ConfigKey<String> SPARK_REDIS_HOST =
      ConfigKey.text(
          "spark.redis.host",
          "localhost",
          "used if no `spark.kindling.redis.uri` is set; several, with commas, are sentinels");
  private static final ConfigKey<Integer> SPARK_REDIS_PORT =
      ConfigKey.number(
          "spark.redis.port", 1, 65535, DEFAULT_PORT, "the port of `spark.redis.host`");
  private static final ConfigKey<String> SPARK_REDIS_MASTER =
      ConfigKey.text(
          "spark.redis.sentinel.master", null, "makes the hosts sentinels of this master");

  static final ConfigSection SECTION =
      ConfigSection.of(
          "redis",
          "Redis",
          URI,
          USER,
          PASSWORD,
          DATABASE,
          TLS,
          TRUST_STORE,
          TRUST_STORE_PASSWORD,
          KEY_STORE,
          KEY_STORE_PASSWORD,
          VERIFY_HOST_NAME,
          SENTINEL_USER,
          SENTINEL_PASSWORD,
          CONNECT_TIMEOUT,
          TIMEOUT,
          RETRY_FOR,
          MAX_POOL_SIZE,
          PIPELINE_SIZE,
          PROTOCOL,
          READ_FROM_REPLICAS,
          CLIENT_NAME,
          SPARK_REDIS_HOST,
          SPARK_REDIS_PORT,
          SPARK_REDIS_MASTER);

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
    return from(Map.of(URI.name(), uri));
  }

  /**
   * Reads settings as {@code SparkConf} holds them. Keys of ours go before those of spark-redis,
   * single keys before the same thing in the URI. If a URI is set, the address, user, password,
   * database and TLS switch of spark-redis are not used: they belong to another server.
   *
   * @param pairs any settings; what does not concern Redis is ignored
   * @throws ConfigException with all problems, among them unknown {@code spark.kindling.*} keys
   */
  public static RedisConfig from(Map<String, String> pairs) {
    var all = new HashMap<>(pairs);
    var problems = new ArrayList<String>();
    RedisUri uri = null;
    if (pairs.containsKey(URI.name())) {
      uri = RedisUri.parse(pairs.get(URI.name()), problems);
      uri.parameters().forEach((name, value) -> all.putIfAbsent(PREFIX + name, value));
      List.of(USER, PASSWORD, DATABASE, TLS).forEach(k -> all.keySet().removeAll(k.aliases()));
    }
    ConfigSection.Values values = SECTION.read(all);
    problems.forEach(values::problem);
    Builder builder = builder();
    if (uri != null) {
      uri.applyTo(builder);
    } else {
      readSparkRedisAddress(values, builder);
    }
    readOptions(values, builder);
    values.check();
    return builder.build();
  }

  private static void readSparkRedisAddress(ConfigSection.Values values, Builder builder) {
    builder.masterName = values.find(SPARK_REDIS_MASTER);
    builder.topology = builder.masterName == null ? Topology.STANDALONE : Topology.SENTINEL;
    int port = values.get(SPARK_REDIS_PORT);
    for (String host : values.get(SPARK_REDIS_HOST).split(",", -1)) {
      if (host.isBlank()) {
        values.problem("'" + SPARK_REDIS_HOST.name() + "' has an empty host");
      } else {
        builder.nodes.add(new Node(host.trim(), port));
      }
    }
  }

  private static void readOptions(ConfigSection.Values values, Builder builder) {
    String user = values.find(USER);
    String password = values.find(PASSWORD);
    Integer database = values.find(DATABASE);
    builder.user = user != null ? user : builder.user;
    builder.password = password != null ? password : builder.password;
    builder.database = database != null ? database : builder.database;
    builder.sentinelUser = values.find(SENTINEL_USER);
    builder.sentinelPassword = values.find(SENTINEL_PASSWORD);
    if (values.get(TLS) || builder.tls != null) {
      builder.tls =
          new Tls(
              values.find(TRUST_STORE),
              values.find(TRUST_STORE_PASSWORD),
              values.find(KEY_STORE),
              values.find(KEY_STORE_PASSWORD),
              values.get(VERIFY_HOST_NAME));
    } else if (values.find(TRUST_STORE) != null || values.find(KEY_STORE) != null) {
      values.problem(
          "a key or trust store is given, but no TLS: write rediss:// or set " + TLS.name());
    }
    builder.connectTimeout = values.get(CONNECT_TIMEOUT);
    builder.timeout = values.get(TIMEOUT);
    builder.retryFor = values.get(RETRY_FOR);
    builder.maxPoolSize = values.get(MAX_POOL_SIZE);
    builder.pipelineSize = values.get(PIPELINE_SIZE);
    builder.resp = values.get(PROTOCOL).equals("resp3") ? 3 : 2;
    builder.readFromReplicas = values.get(READ_FROM_REPLICAS);
    builder.clientName = values.get(CLIENT_NAME);
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

  /*
   * What Spark's own redaction does, so that the warning is about what is really shown:
   * org.apache.spark.util.Utils.redact hides a pair if spark.redaction.regex is found in its key or
   * in its value.
   */
  private static final String REDACTION_KEY = "spark.redaction.regex";
  private static final String SPARK_DEFAULT_REDACTION = "(?i)secret|password|token|access[.]?key";

  /**
   * A warning if Spark would show a password of these settings in its UI and event log, with the
   * setting that hides it. To be logged once, by the driver, at start.
   *
   * @param pairs the settings of the {@code SparkConf}
   */
  public static Optional<String> redactionWarning(Map<String, String> pairs) {
    String regex = pairs.getOrDefault(REDACTION_KEY, SPARK_DEFAULT_REDACTION);
    Pattern redaction;
    try {
      redaction = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      return Optional.empty(); // Spark itself refuses it.
    }
    var shown = new TreeSet<String>();
    pairs.forEach(
        (key, value) -> {
          if (holdsSecret(key, value)
              && !redaction.matcher(key).find()
              && !redaction.matcher(value).find()) {
            shown.add(key);
          }
        });
    if (shown.isEmpty()) {
      return Optional.empty();
    }
    var pattern = new StringBuilder(regex);
    shown.forEach(key -> pattern.append('|').append(key.replace(".", "[.]")));
    return Optional.of(
        String.format(
            "Spark shows the password in %s in its UI and event log; set %s=%s",
            String.join(" and ", shown), REDACTION_KEY, pattern));
  }

  private static boolean holdsSecret(String key, String value) {
    if (key.equals(URI.name())) {
      return RedisUri.holdsPassword(value);
    }
    return List.of(PASSWORD, TRUST_STORE_PASSWORD, KEY_STORE_PASSWORD, SENTINEL_PASSWORD).stream()
        .anyMatch(secret -> secret.name().equals(key) || secret.aliases().contains(key));
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

  /** The parts of a URI. */
  private record RedisUri(
      Topology topology,
      boolean encrypted,
      List<Node> nodes,
      @Nullable String user,
      @Nullable String password,
      @Nullable String masterName,
      int database,
      Map<String, String> parameters) {

    private static final Pattern SHAPE =
        Pattern.compile(
            "(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?:(?<login>[^/?]*)@)?(?<hosts>[^/?@]*)"
                + "(?:/(?<path>[^?]*))?(?:\\?(?<query>.*))?");

    static boolean holdsPassword(String uri) {
      var m = SHAPE.matcher(uri.trim());
      return m.matches() && m.group("login") != null && m.group("login").contains(":");
    }

    static RedisUri parse(String text, List<String> problems) {
      var m = SHAPE.matcher(text.trim());
      if (!m.matches()) {
        problems.add("the URI is not of the form redis://user:password@host:port/database");
        return new RedisUri(Topology.STANDALONE, false, List.of(), null, null, null, 0, Map.of());
      }
      String scheme =
          m.group("scheme") == null ? "redis" : m.group("scheme").toLowerCase(Locale.ROOT);
      Topology topology = topologyOf(scheme, problems);
      String user = null;
      String password = null;
      if (m.group("login") != null) {
        String login = m.group("login");
        int colon = login.indexOf(':');
        user = emptyToNull(decode(colon < 0 ? login : login.substring(0, colon), problems));
        password = colon < 0 ? null : emptyToNull(decode(login.substring(colon + 1), problems));
      }
      int port = topology == Topology.SENTINEL ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT;
      List<Node> nodes = parseHosts(m.group("hosts"), port, problems);
      String path = m.group("path") == null ? "" : m.group("path");
      String master = null;
      if (topology == Topology.SENTINEL) {
        int slash = path.indexOf('/');
        master = emptyToNull(decode(slash < 0 ? path : path.substring(0, slash), problems));
        path = slash < 0 ? "" : path.substring(slash + 1);
      }
      int database = parseDatabase(path, problems);
      return new RedisUri(
          topology,
          scheme.startsWith("rediss"),
          nodes,
          user,
          password,
          master,
          database,
          parseQuery(m.group("query"), problems));
    }

    private static Topology topologyOf(String scheme, List<String> problems) {
      return switch (scheme) {
        case "redis", "rediss" -> Topology.STANDALONE;
        case "redis-cluster", "rediss-cluster" -> Topology.CLUSTER;
        case "redis-sentinel", "rediss-sentinel" -> Topology.SENTINEL;
        default -> {
          problems.add(
              "the URI's scheme is '"
                  + scheme
                  + "': allowed are redis, rediss, redis-cluster, rediss-cluster, redis-sentinel,"
                  + " rediss-sentinel");
          yield Topology.STANDALONE;
        }
      };
    }

    private static List<Node> parseHosts(String text, int defaultPort, List<String> problems) {
      var nodes = new ArrayList<Node>();
      for (String part : text.split(",", -1)) {
        int colon = part.lastIndexOf(':');
        int bracket = part.lastIndexOf(']');
        boolean hasPort = colon > bracket;
        String host = hasPort ? part.substring(0, colon) : part;
        if (bracket > 0 && host.startsWith("[")) {
          host = host.substring(1, bracket);
        }
        int port = defaultPort;
        try {
          port = hasPort ? Integer.parseInt(part.substring(colon + 1)) : defaultPort;
        } catch (NumberFormatException e) {
          port = 0;
        }
        if (host.isBlank() || port < 1 || port > 65535 || (bracket < 0 && host.contains(":"))) {
          problems.add("'" + part + "' is not a host, or host:port with a port from 1 to 65535");
        } else {
          nodes.add(new Node(host, port));
        }
      }
      return nodes;
    }

    private static int parseDatabase(String path, List<String> problems) {
      if (path.isEmpty()) {
        return 0;
      }
      if (!path.matches("\\d{1,9}")) {
        problems.add("the URI's database is '" + path + "': allowed is a number from 0");
        return 0;
      }
      return Integer.parseInt(path);
    }

    private static Map<String, String> parseQuery(@Nullable String query, List<String> problems) {
      var parameters = new LinkedHashMap<String, String>();
      if (query != null && !query.isEmpty()) {
        for (String pair : query.split("&", -1)) {
          int equals = pair.indexOf('=');
          if (equals < 1) {
            problems.add("the URI's parameter '" + pair + "' is not of the form name=value");
          } else {
            parameters.put(pair.substring(0, equals), decode(pair.substring(equals + 1), problems));
          }
        }
      }
      return parameters;
    }

    private static String decode(String text, List<String> problems) {
      try {
        // A plus is a plus in a URI; URLDecoder, made for forms, would read a blank.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        problems.add("the URI has a '%' that does not start an escape; write %25");
        return text;
      }
    }

    private static @Nullable String emptyToNull(String text) {
      return text.isEmpty() ? null : text;
    }

    void applyTo(Builder builder) {
      builder.topology = topology;
      builder.tls = encrypted ? Tls.defaults() : null;
      builder.nodes.addAll(nodes);
      builder.user = user;
      builder.password = password;
      builder.masterName = masterName;
      builder.database = database;
    }
  }

  /** Builds a configuration; what is not set has the default of {@code docs/configuration.md}. */
  public static final class Builder {
    private Topology topology = Topology.STANDALONE;
    private final List<Node> nodes = new ArrayList<>();
    private @Nullable String masterName;
    private @Nullable String user;
    private @Nullable String password;
    private int database;
    private @Nullable String sentinelUser;
    private @Nullable String sentinelPassword;
    private @Nullable Tls tls;
    private Duration connectTimeout;
    private Duration timeout;
    private Duration retryFor;
    private int maxPoolSize;
    private int pipelineSize;
    private int resp = 2;
    private boolean readFromReplicas;
    private String clientName;

    private Builder() {
      ConfigSection.Values defaults = SECTION.read(Map.of());
      connectTimeout = defaults.get(CONNECT_TIMEOUT);
      timeout = defaults.get(TIMEOUT);
      retryFor = defaults.get(RETRY_FOR);
      maxPoolSize = defaults.get(MAX_POOL_SIZE);
      pipelineSize = defaults.get(PIPELINE_SIZE);
      clientName = defaults.get(CLIENT_NAME);
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
