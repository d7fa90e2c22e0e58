package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.ConfigException;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import io.kindling.core.RedisUnavailableException;
import io.kindling.core.testing.Certificates;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.step.HandleInvalid;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What holds of every client that scores inside Redis. */
abstract class PredictorContract {

  private static final long SEED = new Random().nextLong();
  private static final String PREFIX = TestRedis.prefix();
  static final FeatureVector ZERO = FeatureVector.sparse(new int[0], new double[0]);

  private static final AtomicInteger NAMES = new AtomicInteger();

  private static Redis redis;

  private final Random random = new Random(SEED);
  private final List<AutoCloseable> open = new ArrayList<>();
  private String name;

  /** A client in the words of the synchronous one. */
  interface Scorer extends AutoCloseable {
    double predict(FeatureVector row);

    Prediction predict(Map<String, ? extends @Nullable Object> row);

    Optional<Prediction> tryPredict(Map<String, ? extends @Nullable Object> row);

    double[] predictProbability(FeatureVector row);

    Prediction explain(FeatureVector row);

    double[] predictBatch(List<FeatureVector> rows);

    Scorer pinned(String version);

    Scorer coldTimeout(Duration timeout);

    @Override
    void close();
  }

  abstract Scorer open(RedisConfig config, String model);

  @BeforeAll
  static void connect() {
    System.out.println("PredictorContract seed " + SEED);
    redis = Redis.connect(TestRedis.shared().config());
  }

  @AfterAll
  static void disconnect() {
    redis.close();
  }

  @BeforeEach
  void nameTheModel() {
    name = PREFIX + NAMES.incrementAndGet();
  }

  @AfterEach
  void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private <T extends AutoCloseable> T later(T resource) {
    open.add(resource);
    return resource;
  }

  private Scorer scorer() {
    return later(open(redis.config(), name));
  }

  /** A forest whose answer is this number, for rows of 3 features. */
  static Forest constant(double answer) {
    return Forest.builder(Aggregation.MEAN, 3, 0).tree().leaf(answer).build();
  }

  /** A forest of more nodes than one call compiles, with 100 features. */
  private static Forest large(Random random, int trees) {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 100, 0);
    for (int tree = 0; tree < trees; tree++) {
      grow(builder.tree(), random, 7);
    }
    return builder.build();
  }

  private static void grow(ForestBuilder builder, Random random, int depth) {
    if (depth == 0) {
      builder.leaf(random.nextGaussian());
      return;
    }
    builder.split(random.nextInt(100), random.nextGaussian());
    grow(builder, random, depth - 1);
    grow(builder, random, depth - 1);
  }

  private static List<FeatureVector> denseRows(Random random, int count) {
    List<FeatureVector> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(FeatureVector.dense(random.doubles(100).map(x -> 4 * x - 2).toArray()));
    }
    return rows;
  }

  private static void assertSame(Prediction actual, Prediction expected, double tolerance) {
    assertSame(new double[] {actual.prediction()}, new double[] {expected.prediction()}, tolerance);
    assertSame(actual.raw(), expected.raw(), 0);
    assertSame(actual.probability(), expected.probability(), tolerance);
  }

  private static void assertSame(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(
              Double.compare(actual[i] + 0.0, expected[i] + 0.0) == 0
                  || Math.abs(actual[i] - expected[i]) <= tolerance)
          .as("%s is %s", actual[i], expected[i])
          .isTrue();
    }
  }

  // ---- answers

  @Test
  void everyVerb_everyAggregation_answersAsTheEvaluator() {
    Scorer scorer = scorer();
    for (int i = 0; i < 25; i++) {
      Forest forest = RandomForests.next(random, Aggregation.ofCode(1 + i % 5));
      String version = forest.publish(redis, name);
      List<FeatureVector> rows = Arrays.asList(RandomRows.of(forest, random, 40));
      ForestEvaluator evaluator = forest.evaluator();
      // exp, in the probabilities of gradient-boosted trees, is another mathematical library's
      double tolerance = forest.aggregation() == Aggregation.WEIGHTED_SUM ? 0x1p-51 : 0;

      for (FeatureVector row : rows) {
        Prediction expected = evaluator.explain(row);
        Prediction actual = scorer.explain(row);
        assertSame(actual, expected, tolerance);
        assertThat(actual.version()).isEqualTo(version);
        assertThat(scorer.predict(row)).isEqualTo(expected.prediction());
        assertSame(scorer.predictProbability(row), expected.probability(), tolerance);
      }
      assertSame(scorer.predictBatch(rows), evaluator.predictBatch(rows), 0);
    }
  }

  @Test
  void predict_fieldsOfAPipeline_answersAsItsEvaluator() {
    Pipeline pipeline = ServedPipelines.fate(HandleInvalid.SKIP);
    Map<String, Object> woman = Map.of("Sex", "female", "Age", 34, "Pclass", 3L);
    ModelStore.of(redis).publish(name, pipeline, PublishOptions.builder().golden(woman).build());
    Scorer scorer = scorer();

    Map<String, @Nullable Object> man = new HashMap<>();
    man.put("Sex", "male");
    man.put("Age", null);
    man.put("Pclass", 1);
    assertThat(scorer.predict(woman)).isEqualTo(pipeline.predict(woman).by("v1"));
    assertThat(scorer.predict(man)).isEqualTo(pipeline.predict(man).by("v1"));
    assertThat(scorer.tryPredict(man)).contains(pipeline.predict(man).by("v1"));
    assertThat(scorer.pinned("v1").predict(woman).label()).contains("lived");

    man.put("Sex", "x");
    assertThat(scorer.tryPredict(man)).isEmpty();
    assertThatThrownBy(() -> scorer.predict(man))
        .isInstanceOf(PredictionException.class)
        .hasMessageEndingWith(
            "KINDLINGSKIP stage sex_4f2a leaves the row out, its handleInvalid is skip");
    man.put("Sex", null);
    man.remove("Age");
    assertThatThrownBy(() -> scorer.tryPredict(man))
        .isInstanceOf(PredictionException.class)
        .hasMessageEndingWith("KINDLINGARG field 'Age' is missing; \\N is null");
    man.put("Age", List.of());
    assertThatThrownBy(() -> scorer.predict(man))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot ask for a row: field 'Age' is a ");
  }

  @Test
  void predict_fieldsOfAColdPipeline_waitsUntilItIsCompiled() {
    ModelStore.of(redis).publish(name, ServedPipelines.ofVector(large(random, 40)));
    redis.jedis().functionFlush();

    assertThat(scorer().predict(Map.of("features", ZERO)).version()).isEqualTo("v1");
  }

  @Test
  void predict_afterPublication_isTheNewVersions() {
    Scorer scorer = scorer();

    constant(1.5).publish(redis, name);
    assertThat(scorer.predict(ZERO)).isEqualTo(1.5);
    constant(2.5).publish(redis, name);
    assertThat(scorer.predict(ZERO)).isEqualTo(2.5);
    ModelStore.of(redis).rollback(name);
    assertThat(scorer.predict(ZERO)).isEqualTo(1.5);
  }

  @Test
  void pinned_otherVersionIsLive_answersItsOwn() {
    constant(1.5).publish(redis, name);
    constant(2.5).publish(redis, name);

    Scorer pinned = scorer().pinned("v1");

    assertThat(pinned.predict(ZERO)).isEqualTo(1.5);
    assertThat(pinned.explain(ZERO).version()).isEqualTo("v1");
    assertThat(pinned.predictBatch(List.of(ZERO, ZERO))).containsExactly(1.5, 1.5);
  }

  @Test
  void predictBatch_aboveTheLimitOfACall_isAnsweredWhole() {
    Forest forest = large(random, 40);
    forest.publish(redis, name);
    List<FeatureVector> rows = denseRows(random, 1000);

    double[] predictions = scorer().predictBatch(rows);

    assertThat(predictions).isEqualTo(forest.evaluator().predictBatch(rows));
  }

  @Test
  void predictBatch_largerModelGoesLive_isAnsweredWhole() {
    List<FeatureVector> rows = denseRows(random, 300);
    large(random, 1).publish(redis, name);
    Scorer scorer = scorer();
    scorer.predictBatch(rows);
    Forest larger = large(random, 100);
    larger.publish(redis, name);

    assertThat(scorer.predictBatch(rows)).isEqualTo(larger.evaluator().predictBatch(rows));
  }

  @Test
  void predictBatch_noRows_isEmpty() {
    constant(1).publish(redis, name);

    assertThat(scorer().predictBatch(List.of())).isEmpty();
  }

  @Test
  void predict_manyThreadsAtOnce_eachGetsItsAnswer() throws Exception {
    Forest forest = large(random, 5);
    forest.publish(redis, name);
    Scorer scorer = scorer();
    List<FeatureVector> rows = denseRows(random, 500);
    double[] expected = forest.evaluator().predictBatch(rows);
    ExecutorService executor = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Double>> calls = new ArrayList<>();
      for (FeatureVector row : rows) {
        calls.add(() -> scorer.predict(row));
      }
      List<Future<Double>> answers = executor.invokeAll(calls);

      for (int i = 0; i < expected.length; i++) {
        assertThat(answers.get(i).get()).isEqualTo(expected[i]);
      }
    } finally {
      executor.shutdown();
    }
  }

  // ---- refusals

  @Test
  void predict_unknownModel_saysSo() {
    refused(() -> scorer().predict(ZERO), "KINDLINGMISSING", "(live)");
    refused(() -> scorer().predictBatch(List.of(ZERO)), "KINDLINGMISSING", "(live)");
  }

  @Test
  void predict_unknownVersion_saysSo() {
    constant(1).publish(redis, name);

    refused(() -> scorer().pinned("v7").predict(ZERO), "KINDLINGMISSING", "v7");
    refused(() -> scorer().pinned("v7").predictBatch(List.of(ZERO)), "KINDLINGMISSING", "v7");
    assertThatThrownBy(() -> scorer().pinned("7"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot use version '7', allowed are v1, v2 and so on");
  }

  @Test
  void predict_keyOfAnotherType_saysSo() {
    redis.jedis().set(ModelHash.key(name), "text");

    refused(() -> scorer().predict(ZERO), "KINDLINGMISSING", "is not a hash");
    refused(() -> scorer().predictBatch(List.of(ZERO)), "KINDLINGMISSING", "is not a hash");
  }

  @Test
  void predict_rowThatDoesNotFit_saysWhy() {
    constant(1).publish(redis, name);
    Scorer scorer = scorer();

    for (FeatureVector bad :
        List.of(
            FeatureVector.dense(0, 0),
            FeatureVector.dense(0, 0, 0, 0),
            FeatureVector.dense(),
            FeatureVector.sparse(new int[] {3}, new double[] {1}))) {
      refused(() -> scorer.predict(bad), "KINDLINGARG", "3");
      refused(() -> scorer.explain(bad), "KINDLINGARG", "3");
      refused(() -> scorer.predictBatch(List.of(ZERO, bad)), "KINDLINGARG", "row 2");
    }
  }

  @Test
  void predict_damagedChunk_saysSo() {
    constant(1).publish(redis, name);
    constant(2).publish(redis, name);
    // v1 is compiled; a copy of v2 under another name is not, and its bytes are another's
    String key = ModelHash.key(name);
    redis.jedis().hset(ModelHash.key(name + "copy"), redis.jedis().hgetAll(key));
    redis.jedis().hset(ModelHash.key(name + "copy"), "v2:id", "0".repeat(40));

    refused(
        () -> later(open(redis.config(), name + "copy")).predict(ZERO), "KINDLINGDAMAGED", "v2");
  }

  private void refused(Runnable call, String code, String inMessage) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            PredictionException.class, e -> assertThat(e.line()).startsWith(code + " "))
        .hasMessageStartingWith("Cannot score with model '" + name)
        .hasMessageContaining(code)
        .hasMessageContaining(inMessage);
  }

  // ---- servers that forget, and cold models

  @Test
  void predict_libraryFlushed_installsItAgain() {
    TestRedis server = later(TestRedis.start());
    Redis own = later(Redis.connect(server.config()));
    Forest forest = large(random, 60);
    forest.publish(own, name);
    Scorer scorer = later(open(server.config(), name));
    List<FeatureVector> rows = denseRows(random, 20);
    double[] expected = forest.evaluator().predictBatch(rows);

    server.ask("FUNCTION", "FLUSH");
    assertThat(scorer.predict(rows.get(0))).isEqualTo(expected[0]);
    server.ask("FUNCTION", "FLUSH");
    assertThat(scorer.predictBatch(rows)).isEqualTo(expected);
    server.ask("FUNCTION", "FLUSH");
    assertThat(scorer.explain(rows.get(1)).prediction()).isEqualTo(expected[1]);
  }

  @Test
  void predict_serverRestarted_answersAgain() {
    TestRedis server = later(TestRedis.start("--appendonly", "yes", "--appendfsync", "always"));
    Redis own = later(Redis.connect(server.config()));
    Forest forest = large(random, 60);
    forest.publish(own, name);
    Scorer scorer = later(open(server.config(), name));
    FeatureVector row = denseRows(random, 1).get(0);
    double expected = scorer.predict(row);

    server.kill();
    server.startAgain();

    Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .ignoreException(RedisUnavailableException.class)
        .untilAsserted(() -> assertThat(scorer.predict(row)).isEqualTo(expected));
  }

  @Test
  void predict_serverGone_isUnavailable() {
    TestRedis server = later(TestRedis.start());
    RedisConfig config =
        server.config().toBuilder().timeout(Duration.ofMillis(300)).retryFor(Duration.ZERO).build();
    Redis own = later(Redis.connect(config));
    constant(1).publish(own, name);
    Scorer scorer = later(open(config, name));
    scorer.predict(ZERO);

    server.kill();

    assertThatThrownBy(() -> scorer.predict(ZERO)).isInstanceOf(RedisUnavailableException.class);
  }

  @Test
  void predict_coldModelAndNoPatience_saysHowFarItIs() {
    TestRedis server = later(TestRedis.start());
    Redis own = later(Redis.connect(server.config()));
    large(random, 300).publish(own, name);
    server.ask("FUNCTION", "FLUSH");
    Scorer scorer = later(open(server.config(), name)).coldTimeout(Duration.ZERO);

    assertThatThrownBy(() -> scorer.predict(ZERO))
        .isInstanceOfSatisfying(
            PredictionException.class, e -> assertThat(e.line()).matches("KINDLINGCOLD \\d+/\\d+"))
        .hasMessageMatching(
            "Cannot score with model '.*' \\(live\\) at '.*': after 0 s it is still compiling:"
                + " KINDLINGCOLD \\d+/\\d+");
  }

  // ---- topologies and users

  @Test
  void everyVerb_resp3_works() {
    RedisConfig config = redis.config().toBuilder().resp(3).build();
    worksOn(config, config);
  }

  @Test
  void everyVerb_cluster_worksAndHeals() {
    TestRedis.Cluster cluster = later(TestRedis.startCluster(3));
    worksOn(cluster.config(), cluster.config());
    for (int node = 0; node < 3; node++) {
      cluster.ask(node, "FUNCTION", "FLUSH");
    }
    worksOn(cluster.config(), cluster.config());

    // a node that was given as a single server
    RedisConfig single = RedisConfig.parse("127.0.0.1:" + cluster.ports().get(1));
    worksOn(single, single);
    RedisConfig replicas = cluster.config().toBuilder().readFromReplicas().build();
    worksOn(replicas, replicas);
    assertThat(calls(cluster.ask(3, "INFO", "commandstats")))
        .as("calls on the replicas")
        .isPositive();
  }

  @Test
  void everyVerb_readsFromReplicas_isAnsweredThere() {
    TestRedis master = later(TestRedis.start("--repl-diskless-sync-delay", "0"));
    TestRedis replica = later(TestRedis.startReplicaOf(master));
    RedisConfig config = master.config().toBuilder().readFromReplicas().build();

    worksOn(config, config);
    master.ask("FUNCTION", "FLUSH");
    worksOn(config, config);
    long before = calls(master.ask("INFO", "commandstats"));
    long there = calls(replica.ask("INFO", "commandstats"));
    Scorer scorer = later(open(config, name + 0));
    for (int i = 0; i < 20; i++) {
      scorer.predict(ZERO);
    }

    assertThat(calls(replica.ask("INFO", "commandstats"))).isEqualTo(there + 20);
    assertThat(calls(master.ask("INFO", "commandstats"))).isEqualTo(before);
  }

  @Test
  void everyVerb_sentinel_works() {
    TestRedis master = later(TestRedis.start());
    TestRedis.Sentinel sentinel = later(TestRedis.startSentinel(master));

    worksOn(sentinel.config(), sentinel.config());
  }

  @Test
  void everyVerb_readerWithTheRightsOfTheContract_works() {
    TestRedis server = later(TestRedis.start("--requirepass", "owner"));
    server.ask(
        "ACL",
        "SETUSER",
        "reader",
        "on",
        ">secret",
        "%R~kindling:model:*",
        "+fcall_ro",
        "+hget",
        "+hmget");
    RedisConfig reader = server.config().toBuilder().user("reader").password("secret").build();

    worksOn(server.config(), reader);
  }

  @Test
  void predict_wrongPassword_isNotPermitted() {
    TestRedis server = later(TestRedis.start("--requirepass", "owner"));
    RedisConfig stranger = server.config().toBuilder().password("guess").build();

    assertThatThrownBy(() -> later(open(stranger, name)).predict(ZERO))
        .isInstanceOf(RedisReplyException.NoPermission.class)
        .hasMessageContaining("WRONGPASS")
        .hasMessageNotContaining("guess");
  }

  /** Of the embedded binaries only linux-amd64 has TLS. */
  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void everyVerb_tls_works(@TempDir Path folder) {
    Certificates certificates = Certificates.make(folder);
    TestRedis server = later(TestRedis.start(certificates.serverArguments()));
    RedisConfig config = server.config().toBuilder().tls(certificates.clientTls()).build();

    worksOn(config, config);
    assertThatThrownBy(
            () ->
                later(open(config.toBuilder().tls(RedisConfig.Tls.defaults()).build(), name))
                    .predict(ZERO))
        .isInstanceOf(RedisUnavailableException.class)
        .hasMessageContaining("unable to find valid certification path");
    RedisConfig.Tls missing =
        new RedisConfig.Tls(folder.resolve("none.p12").toString(), null, null, null, true);
    assertThatThrownBy(
            () -> later(open(config.toBuilder().tls(missing).build(), name)).predict(ZERO))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.p12");
  }

  /** The certificate carries 127.0.0.1 only; a cluster or sentinels may tell another name. */
  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void predict_hostNotInTheCertificate_isRefusedInEachTopology(@TempDir Path folder) {
    Certificates certificates = Certificates.make(folder);
    RedisConfig.Tls tls = certificates.clientTls();
    TestRedis server = later(TestRedis.start(certificates.serverArguments()));
    TestRedis node = later(certificates.startCluster("127.0.0.1"));
    TestRedis misnamed = later(certificates.startCluster("localhost"));
    TestRedis.Sentinel sentinel = later(certificates.startSentinel("127.0.0.1", server));
    TestRedis.Sentinel misnaming = later(certificates.startSentinel("localhost", server));

    answers(node.config().toBuilder().cluster().tls(tls).build());
    answers(sentinel.config().toBuilder().tls(tls).build());
    refusesName(RedisConfig.builder().tls(tls).node("localhost", server.port()).build());
    refusesName(RedisConfig.builder().tls(tls).node("localhost", node.port()).cluster().build());
    refusesName(misnamed.config().toBuilder().cluster().tls(tls).build());
    refusesName(misnaming.config().toBuilder().tls(tls).build());
    refusesName(
        RedisConfig.builder()
            .tls(tls)
            .node("localhost", sentinel.config().nodes().get(0).port())
            .sentinel("mymaster")
            .build());
    answers(
        RedisConfig.builder()
            .node("localhost", server.port())
            .tls(
                new RedisConfig.Tls(
                    tls.trustStore(),
                    tls.trustStorePassword(),
                    tls.keyStore(),
                    tls.keyStorePassword(),
                    /* verifyHostName= */ false))
            .build());
  }

  private void answers(RedisConfig config) {
    try (Redis own = Redis.connect(config)) {
      constant(4).publish(own, name);
    }
    assertThat(later(open(config, name)).predict(ZERO)).isEqualTo(4);
  }

  private void refusesName(RedisConfig config) {
    RedisConfig once = config.toBuilder().retryFor(Duration.ZERO).build();
    assertThatThrownBy(() -> later(open(once, name)).predict(ZERO))
        .as(config.toString())
        .isInstanceOf(RedisUnavailableException.class)
        .hasMessageContaining("localhost")
        .hasMessageMatching("(?s).*(No name matching|No subject alternative).*");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void predict_noClientCertificateWhereOneIsAskedFor_isRefused(@TempDir Path folder) {
    Certificates certificates = Certificates.make(folder);
    TestRedis server = later(TestRedis.start(certificates.serverArguments()));
    RedisConfig.Tls tls = certificates.clientTls();
    RedisConfig.Tls without =
        new RedisConfig.Tls(tls.trustStore(), tls.trustStorePassword(), null, null, true);
    RedisConfig stranger = server.config().toBuilder().tls(without).retryFor(Duration.ZERO).build();

    assertThatThrownBy(() -> later(open(stranger, name)).predict(ZERO))
        .isInstanceOf(RedisUnavailableException.class);
  }

  @Test
  void predict_serverGoneForAMoment_isAnsweredWhenItIsBack() throws Exception {
    TestRedis server = later(TestRedis.start("--appendonly", "yes", "--appendfsync", "always"));
    Redis own = later(Redis.connect(server.config()));
    constant(3).publish(own, name);
    RedisConfig patient = server.config().toBuilder().retryFor(Duration.ofMinutes(1)).build();
    Scorer scorer = later(open(patient, name));
    scorer.predict(ZERO);
    server.kill();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Future<Double> answer = executor.submit(() -> scorer.predict(ZERO));

      server.startAgain();

      assertThat(answer.get()).isEqualTo(3);
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void everyVerb_databaseNumber_works() {
    TestRedis server = later(TestRedis.start());
    RedisConfig config = server.config().toBuilder().database(3).build();

    worksOn(config, config);
    assertThat(server.ask("INFO", "keyspace")).contains("db3:");
  }

  private void worksOn(RedisConfig publisher, RedisConfig reader) {
    try (Redis own = Redis.connect(publisher)) {
      for (int i = 0; i < 6; i++) { // several names, so several slots
        Forest forest = i == 0 ? constant(4) : large(random, 1 + 10 * i);
        List<FeatureVector> rows = i == 0 ? List.of(ZERO) : denseRows(random, 200);
        forest.publish(own, name + i);
        try (Scorer scorer = open(reader, name + i)) {
          double[] expected = forest.evaluator().predictBatch(rows);
          assertThat(scorer.predictBatch(rows)).isEqualTo(expected);
          assertThat(scorer.predict(rows.get(0))).isEqualTo(expected[0]);
          assertThat(scorer.explain(rows.get(0)).prediction()).isEqualTo(expected[0]);
          assertThatThrownBy(() -> scorer.predict(FeatureVector.dense(1)))
              .isInstanceOf(PredictionException.class);
        }
      }
    }
  }

  /** How often a node has run functions. */
  private static long calls(String commandStats) {
    return commandStats
        .lines()
        .filter(line -> line.startsWith("cmdstat_fcall_ro:calls="))
        .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
        .sum();
  }
}
