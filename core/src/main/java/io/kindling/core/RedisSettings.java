package io.kindling.core;

import io.kindling.core.RedisConfig.Node;
import io.kindling.core.RedisConfig.Tls;
import io.kindling.core.RedisConfig.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The keys of a {@link RedisConfig}, and how one is read from them. */
final class RedisSettings {
  private static final String PREFIX = "spark.kindling.redis.";

  static final ConfigKey<String> URI =
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
  static final ConfigKey<Duration> CONNECT_TIMEOUT =
      ConfigKey.duration(
          PREFIX + "connect-timeout", Duration.ofSeconds(2), "how long connecting may take");
  static final ConfigKey<Duration> TIMEOUT =
      ConfigKey.duration(
              PREFIX + "timeout",
              Duration.ofSeconds(2),
              "how long a reply may take, and how long to wait for a free connection")
          .alias("spark.redis.timeout");
  static final ConfigKey<Duration> RETRY_FOR =
      ConfigKey.duration(
          PREFIX + "retry-for",
          Duration.ofSeconds(10),
          "how long to repeat what Redis did not execute, and idempotent commands; 0 never");
  static final ConfigKey<Integer> MAX_POOL_SIZE =
      ConfigKey.number(
              PREFIX + "max-pool-size",
              1,
              Integer.MAX_VALUE,
              32,
              "connections per JVM and node at most")
          .alias("spark.redis.max.pool.size");
  static final ConfigKey<Integer> PIPELINE_SIZE =
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
  static final ConfigKey<String> CLIENT_NAME =
      ConfigKey.text(PREFIX + "client-name", "kindling", "what CLIENT LIST shows");

  // The address as spark-redis has it; used where no URI of ours is set.
  private static final ConfigKey<String> SPARK_REDIS_HOST =
      ConfigKey.text(
          "spark.redis.host",
          "localhost",
          "used if no `spark.kindling.redis.uri` is set; several, with commas, are sentinels");
  private static final ConfigKey<Integer> SPARK_REDIS_PORT =
      ConfigKey.number("spark.redis.port", 1, 65535, 6379, "the port of `spark.redis.host`");
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

  private RedisSettings() {}

  static RedisConfig read(Map<String, String> pairs) {
    var all = new HashMap<>(pairs);
    var problems = new ArrayList<String>();
    RedisConfig.Builder builder = RedisConfig.builder();
    String uri = pairs.get(URI.name());
    if (uri != null) {
      readUri(RedisUri.parse(uri, problems), all, builder);
    }
    ConfigSection.Values values = SECTION.read(all);
    problems.forEach(values::problem);
    if (uri == null) {
      readSparkRedisAddress(values, builder);
    }
    readOptions(values, builder);
    return build(builder, values);
  }

  /** The address of spark-redis, and what belongs to it, is another server's. */
  private static void readUri(
      RedisUri uri, Map<String, String> pairs, RedisConfig.Builder builder) {
    uri.parameters().forEach((name, value) -> pairs.putIfAbsent(PREFIX + name, value));
    List.of(USER, PASSWORD, DATABASE, TLS).forEach(k -> pairs.keySet().removeAll(k.aliases()));
    builder.topology = uri.topology();
    builder.tls = uri.encrypted() ? Tls.defaults() : null;
    builder.nodes.addAll(uri.nodes());
    builder.user = uri.user();
    builder.password = uri.password();
    builder.masterName = uri.masterName();
    builder.database = uri.database();
  }

  private static void readSparkRedisAddress(
      ConfigSection.Values values, RedisConfig.Builder builder) {
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

  private static void readOptions(ConfigSection.Values values, RedisConfig.Builder builder) {
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

  /** Problems of single values and of their combination are reported together. */
  private static RedisConfig build(RedisConfig.Builder builder, ConfigSection.Values values) {
    if (builder.nodes.isEmpty()) {
      builder.node("localhost", 6379); // The hosts could not be read, which is a problem already.
    }
    try {
      RedisConfig config = builder.build();
      values.check();
      return config;
    } catch (ConfigException e) {
      e.problems().stream().filter(p -> !values.problems().contains(p)).forEach(values::problem);
      values.check();
      throw e;
    }
  }

  /*
   * What Spark's own redaction does, so that the warning is about what is really shown:
   * org.apache.spark.util.Utils.redact hides a pair if spark.redaction.regex is found in its key or
   * in its value.
   */
  private static final String REDACTION_KEY = "spark.redaction.regex";
  private static final String SPARK_DEFAULT_REDACTION = "(?i)secret|password|token|access[.]?key";

  static Optional<String> redactionWarning(Map<String, String> pairs) {
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
}
