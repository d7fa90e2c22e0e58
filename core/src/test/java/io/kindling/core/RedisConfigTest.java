package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.RedisConfig.Node;
import io.kindling.core.RedisConfig.Tls;
import io.kindling.core.RedisConfig.Topology;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisConfigTest {
  @Test
  void builder_nothingSet_hasTheDefaults() {
    RedisConfig config = RedisConfig.builder().node("localhost", 6379).build();

    assertThat(config)
        .isEqualTo(
            new RedisConfig(
                Topology.STANDALONE,
                List.of(new Node("localhost", 6379)),
                /* masterName= */ null,
                /* user= */ null,
                /* password= */ null,
                /* database= */ 0,
                /* sentinelUser= */ null,
                /* sentinelPassword= */ null,
                /* tls= */ null,
                /* connectTimeout= */ Duration.ofSeconds(2),
                /* timeout= */ Duration.ofSeconds(2),
                /* retryFor= */ Duration.ofSeconds(10),
                /* maxPoolSize= */ 32,
                /* pipelineSize= */ 512,
                /* resp= */ 2,
                /* readFromReplicas= */ false,
                /* clientName= */ "kindling"));
  }

  @Test
  void from_nothingSet_isTheSameAsTheBuilder() {
    RedisConfig expected = RedisConfig.builder().node("localhost", 6379).build();

    assertThat(RedisConfig.from(Map.of())).isEqualTo(expected);
    assertThat(RedisConfig.parse("localhost")).isEqualTo(expected);
    assertThat(RedisConfig.parse("localhost:6379")).isEqualTo(expected);
    assertThat(RedisConfig.parse("redis://localhost/0")).isEqualTo(expected);
  }

  @Test
  void parse_everyPart_isRead() {
    RedisConfig config =
        RedisConfig.parse(
            "rediss://app:p%40ss+w%2Fd@redis.example:6380/2?timeout=5s&protocol=resp3");

    assertThat(config)
        .isEqualTo(
            RedisConfig.builder()
                .node("redis.example", 6380)
                .user("app")
                .password("p@ss+w/d")
                .database(2)
                .tls(Tls.defaults())
                .timeout(Duration.ofSeconds(5))
                .resp(3)
                .build());
  }

  @Test
  void parse_passwordWithAt_endsAtTheLastOne() {
    assertThat(RedisConfig.parse("redis://:a@b:c@h").password()).isEqualTo("a@b:c");
  }

  @Test
  void parse_clusterAndSentinel_haveSeveralNodes() {
    RedisConfig cluster = RedisConfig.parse("rediss-cluster://h1,h2:7000,[::1]:7001");
    RedisConfig sentinel = RedisConfig.parse("redis-sentinel://s1,s2:5000/my%2Fmaster/3");

    assertThat(cluster.topology()).isEqualTo(Topology.CLUSTER);
    assertThat(cluster.tls()).isEqualTo(Tls.defaults());
    assertThat(cluster.nodes())
        .containsExactly(new Node("h1", 6379), new Node("h2", 7000), new Node("::1", 7001));
    assertThat(sentinel.topology()).isEqualTo(Topology.SENTINEL);
    assertThat(sentinel.nodes()).containsExactly(new Node("s1", 26379), new Node("s2", 5000));
    assertThat(sentinel.masterName()).isEqualTo("my/master");
    assertThat(sentinel.database()).isEqualTo(3);
  }

  @Test
  void from_keysOfSparkRedis_workUnchanged() {
    RedisConfig config =
        RedisConfig.from(
            Map.of(
                "spark.redis.host", "10.0.0.1",
                "spark.redis.port", "6380",
                "spark.redis.user", "app",
                "spark.redis.auth", "geheim",
                "spark.redis.db", "3",
                "spark.redis.ssl", "true",
                "spark.redis.timeout", "3000",
                "spark.redis.max.pool.size", "7",
                "spark.app.name", "unrelated"));

    assertThat(config)
        .isEqualTo(
            RedisConfig.builder()
                .node("10.0.0.1", 6380)
                .user("app")
                .password("geheim")
                .database(3)
                .tls(Tls.defaults())
                .timeout(Duration.ofSeconds(3))
                .maxPoolSize(7)
                .build());
  }

  @Test
  void from_sentinelKeysOfSparkRedis_workUnchanged() {
    RedisConfig config =
        RedisConfig.from(
            Map.of(
                "spark.redis.host", "s1,s2",
                "spark.redis.port", "26379",
                "spark.redis.sentinel.master", "mymaster",
                "spark.redis.sentinel.auth", "geheim"));

    assertThat(config)
        .isEqualTo(
            RedisConfig.builder()
                .node("s1", 26379)
                .node("s2", 26379)
                .sentinel("mymaster")
                .sentinelPassword("geheim")
                .build());
  }

  @Test
  void from_ourUri_leavesAddressAndLoginOfSparkRedisAlone() {
    RedisConfig config =
        RedisConfig.from(
            Map.of(
                "spark.kindling.redis.uri", "redis://ours:7000",
                "spark.redis.host", "theirs",
                "spark.redis.auth", "theirs",
                "spark.redis.db", "5",
                "spark.redis.timeout", "1s"));

    assertThat(config)
        .isEqualTo(RedisConfig.builder().node("ours", 7000).timeout(Duration.ofSeconds(1)).build());
  }

  @Test
  void from_singleKeys_goBeforeTheUri() {
    RedisConfig config =
        RedisConfig.from(
            Map.of(
                "spark.kindling.redis.uri", "redis://a:b@h/1?timeout=1s",
                "spark.kindling.redis.password", "c",
                "spark.kindling.redis.database", "2",
                "spark.kindling.redis.timeout", "4s",
                "spark.kindling.redis.tls.enabled", "true",
                "spark.kindling.redis.tls.verify-host-name", "false",
                "spark.kindling.redis.read-from-replicas", "TRUE"));

    assertThat(config)
        .isEqualTo(
            RedisConfig.builder()
                .node("h", 6379)
                .user("a")
                .password("c")
                .database(2)
                .timeout(Duration.ofSeconds(4))
                .tls(new Tls(null, null, null, null, false))
                .readFromReplicas()
                .build());
  }

  @Test
  void from_severalProblems_areAllReportedWithoutTheSecret() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(
            () ->
                RedisConfig.from(
                    Map.of(
                        "spark.kindling.redis.uri", "http://app@h:99999/x",
                        "spark.kindling.redis.timout", "5s",
                        "spark.kindling.reds.password", "geheim",
                        "spark.kindling.redis.max-pool-size", "0",
                        "spark.kindling.redis.connect-timeout", "soon",
                        "spark.kindling.counters.whatever", "not ours")))
        .satisfies(
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "the URI's scheme is 'http': allowed are redis, rediss, redis-cluster,"
                            + " rediss-cluster, redis-sentinel, rediss-sentinel",
                        "'h:99999' is not a host, or host:port with a port from 1 to 65535",
                        "the URI's database is 'x': allowed is a number from 0",
                        "unknown key 'spark.kindling.redis.timout'; the nearest known one is"
                            + " 'spark.kindling.redis.timeout'",
                        "unknown key 'spark.kindling.reds.password'; the nearest known one is"
                            + " 'spark.kindling.redis.password'",
                        "'spark.kindling.redis.max-pool-size' is '0': allowed is a whole number"
                            + " from 1 to 2147483647",
                        "'spark.kindling.redis.connect-timeout' is 'soon': allowed is a number"
                            + " followed by ms, s, m, h or d",
                        "the user 'app' has no password; a password alone is written"
                            + " redis://:password@host"))
        .withMessageStartingWith("Cannot use the Redis configuration:\n  - ")
        .satisfies(e -> assertThat(e).hasMessageNotContaining("geheim"));
  }

  @Test
  void parse_impossibleCombination_isRefused() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> RedisConfig.parse("redis-cluster://h/1"))
        .withMessage("Cannot use the Redis configuration: the database is 1: a cluster has 0 only");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> RedisConfig.parse("redis-sentinel://h"))
        .withMessageContaining("no master is named: write redis-sentinel://host,host/master");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> RedisConfig.parse("h1,h2"))
        .withMessageContaining("2 hosts are given: write redis-cluster://");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> RedisConfig.parse("redis://h?tls.trust-store=/x"))
        .withMessageContaining("a key or trust store is given, but no TLS: write rediss://");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> RedisConfig.parse(""))
        .withMessageContaining("'' is not a host");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> RedisConfig.parse("redis://:100%@h"))
        .withMessageContaining("write %25")
        .satisfies(e -> assertThat(e).hasMessageNotContaining("100"));
  }

  @Test
  void toString_anyConfig_showsNoSecret() {
    RedisConfig config =
        RedisConfig.from(
            Map.of(
                "spark.kindling.redis.uri", "rediss-sentinel://app:geheim@s1,s2:5/m/1",
                "spark.kindling.redis.sentinel.password", "geheim",
                "spark.kindling.redis.tls.key-store", "/k",
                "spark.kindling.redis.tls.key-store-password", "geheim"));

    assertThat(config).hasToString("rediss-sentinel://app:***@s1:26379,s2:5/m/1");
    assertThat(config.tls()).hasToString("Tls[trustStore=null, keyStore=/k, verifyHostName=true]");
  }

  @Test
  void serialisation_roundTrip_isEqual() throws Exception {
    RedisConfig config = RedisConfig.parse("rediss-cluster://app:geheim@h1,h2?retry-for=1m");
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(config);
    }

    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(config);
    }
  }

  @Test
  void redactionWarning_shownSecrets_namesThemAndAPatternThatHidesThem() {
    Map<String, String> pairs =
        Map.of(
            "spark.redis.auth", "geheim",
            "spark.kindling.redis.uri", "redis://app:geheim@h",
            "spark.kindling.redis.tls.key-store-password", "hidden by its name");

    String warning = RedisConfig.redactionWarning(pairs).orElseThrow();

    assertThat(warning)
        .isEqualTo(
            "Spark shows the password in spark.kindling.redis.uri and spark.redis.auth in its UI"
                + " and event log; set"
                + " spark.redaction.regex=(?i)secret|password|token|access[.]?key"
                + "|spark[.]kindling[.]redis[.]uri|spark[.]redis[.]auth");
    String regex = warning.substring(warning.indexOf('=') + 1);
    assertThat(Pattern.compile(regex).matcher("spark.redis.auth").find()).isTrue();
    assertThat(
            RedisConfig.redactionWarning(
                Map.of("spark.redis.auth", "geheim", "spark.redaction.regex", regex)))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://app:geh/eim@h",
        "redis://app:?geheim@h",
        "redis://:gehe#im/@h:6379/2",
        "app:geheim",
        "app:geh/geheim",
        "redis://h1,app:geheim",
        "redis://h?geheim",
        "redis://h:6379/1?timeout=1s&:geheim@",
        "redis://app:%geheim@h",
        "redis://app:geheim@h:x",
        "nosuch://app:geheim@h",
        "redis://h?pasword=geheim",
        "redis://app:x?geh=eim@h"
      })
  void parse_badUriWithAPassword_showsNoPartOfIt(String uri) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> RedisConfig.parse(uri))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("geh", "eim"));
  }

  @Test
  void parse_slashInAPassword_saysHowToWriteIt() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> RedisConfig.parse("redis://app:geh/eim@h"))
        .withMessageContaining(
            "the URI has a '/' or '?' before its '@'; in a user and password write %2F and %3F");
  }

  @Test
  void parse_atInAPasswordParameter_isRead() {
    assertThat(RedisConfig.parse("redis-cluster://h1:1,h2:2?password=geh@eim&timeout=1s").nodes())
        .hasSize(2);
    assertThat(RedisConfig.parse("redis://h?password=geh@eim").password()).isEqualTo("geh@eim");
  }

  @Test
  void redactionWarning_passwordAmongAUrisParameters_isNamed() {
    assertThat(
            RedisConfig.redactionWarning(
                Map.of(
                    "spark.kindling.redis.uri", "rediss://h?tls.key-store-password=geheim",
                    "spark.redaction.regex", "nothing")))
        .hasValueSatisfying(
            warning -> assertThat(warning).endsWith("nothing|spark[.]kindling[.]redis[.]uri"));
  }

  @Test
  void redactionWarning_nothingShown_isEmpty() {
    assertThat(
            RedisConfig.redactionWarning(
                Map.of(
                    "spark.kindling.redis.uri", "redis://h",
                    "spark.kindling.redis.password", "geheim",
                    "spark.redis.sentinel.auth", "a secret by its value")))
        .isEmpty();
  }
}
