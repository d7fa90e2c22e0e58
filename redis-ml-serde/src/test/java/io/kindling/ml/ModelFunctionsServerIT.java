package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the functions hold in a server's memory, who may call them, and what a restart loses. */
class ModelFunctionsServerIT {

  private static final TestRedis SERVER = TestRedis.start();
  private static final Redis REDIS = Redis.connect(SERVER.config());
  private static final long SEED = new Random().nextLong();
  private static final FeatureVector ZERO = FeatureVector.sparse(new int[0], new double[0]);
  private static final Pattern COLD = Pattern.compile("KINDLINGCOLD (\\d+)/\\d+");
  private static final int MAX_STEPS = 5_000;
  private static final int MAX_NODES = 2_000_000;
  private static final int NUM_NODES_AT = 28;

  private final Random random = new Random(SEED);

  @BeforeAll
  static void printSeed() {
    System.out.println("ModelFunctionsServerIT seed " + SEED);
  }

  @AfterAll
  static void close() {
    REDIS.close();
    SERVER.close();
  }

  @BeforeEach
  void forgetEverything() {
    SERVER.ask("FLUSHALL");
    SERVER.ask("FUNCTION", "FLUSH");
    REDIS.functions().ensure(ModelFunctions.LIBRARY);
  }

  // Cold models.

  /** Nearly every node of one tree has a threshold of its own. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 33, 1_333})
  void predict_coldModelBelow4000Nodes_answersAtOnce(int numTrees) {
    Forest forest = forest(3_999, numTrees);
    FunctionCalls calls = new FunctionCalls(REDIS, "small");
    calls.publish(forest);

    assertAnswersAsTheReference(calls, forest);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void predict_coldModelFrom4000Nodes_tellsHowFarItIsUntilItAnswers(int numTrees) {
    Forest forest = forest(30_100 + numTrees % 2, numTrees);
    int total = forest.numNodes() + forest.splits().size();
    FunctionCalls calls = new FunctionCalls(REDIS, "large");
    calls.publish(forest);

    int done = 0;
    int numCalls = 0;
    while (true) {
      String[] functions = {"kindling_predict", "kindling_explain", "kindling_batch"};
      String line = calls.error(functions[numCalls++ % 3], "");
      if (line.startsWith("No error")) {
        break;
      }
      int now = done(line, total);
      assertThat(now).isBetween(done, Math.min(done + MAX_STEPS, total - 1));
      done = now;
    }

    assertThat(numCalls).isGreaterThan(1);
    assertAnswersAsTheReference(calls, forest);
    assertThat(calls.call("kindling_warm")).isEqualTo(List.of((long) total, (long) total));
  }

  /** Few nodes, but leaves of so many classes that reading them takes long. */
  @Test
  void predict_coldModelAbove240000Bytes_isCompiledInSlices() {
    ForestBuilder builder = Forest.builder(Aggregation.CLASS_COUNTS, 2, 10_000).tree();
    builder.split(0, 0.5).leaf(random.doubles(10_000).toArray()).split(1, 0.5);
    builder.leaf(random.doubles(10_000).toArray()).leaf(random.doubles(10_000).toArray());
    Forest forest = builder.build();
    FunctionCalls calls = new FunctionCalls(REDIS, "classes");
    calls.publish(forest);

    assertThat(calls.error("kindling_predict", "")).isEqualTo("KINDLINGCOLD 6/7");
    calls.warm();
    assertAnswersAsTheReference(calls, forest);
  }

  @Test
  void warm_coldModel_goesOnWhereAnotherCallStopped() {
    Forest forest = forest(20_001, 1);
    FunctionCalls calls = new FunctionCalls(REDIS, "large");
    calls.publish(forest);
    int total = forest.numNodes() + forest.splits().size();

    int first = done(calls.error("kindling_predict", ""), total);
    List<?> second = (List<?>) calls.call("kindling_warm");
    int third = done(calls.error("kindling_predict", ""), total);

    assertThat(second.get(1)).isEqualTo((long) total);
    assertThat((long) second.get(0)).isGreaterThan(first).isLessThan(third);
  }

  /** Two of them are versions of one model. */
  @Test
  void predict_coldModelsInTurn_areCompiledBesideEachOther() {
    Forest[] forests = {forest(12_001, 1), forest(16_000, 40), forest(9_000, 300)};
    FunctionCalls one = new FunctionCalls(REDIS, "one");
    FunctionCalls two = new FunctionCalls(REDIS, "two");
    one.publish(forests[0]);
    one.publish(forests[1]);
    two.publish(forests[2]);

    for (int cold = 3; cold > 0; ) {
      cold = 0;
      cold += one.error("kindling_predict", "@v1", "").startsWith("KINDLINGCOLD ") ? 1 : 0;
      cold += one.error("kindling_predict", "@v2", "").startsWith("KINDLINGCOLD ") ? 1 : 0;
      cold += two.error("kindling_predict", "").startsWith("KINDLINGCOLD ") ? 1 : 0;
    }

    assertAnswersAsTheReference(one, forests[0], "@v1");
    assertAnswersAsTheReference(one, forests[1], "@v2");
    assertAnswersAsTheReference(two, forests[2]);
  }

  /** What is compiled is known by its bytes, wherever they stand. */
  @Test
  void predict_sameBytesUnderAnotherKey_areCompiledOnce() {
    Forest forest = forest(12_001, 1);
    FunctionCalls one = new FunctionCalls(REDIS, "one");
    one.publish(forest);
    one.warm();
    FunctionCalls two = new FunctionCalls(REDIS, "two");
    two.publish(forest);

    assertAnswersAsTheReference(two, forest);
  }

  // Versions.

  @Test
  void predict_pinnedVersions_answerBesideTheLiveOne() {
    Forest[] forests = {forest(301, 1), forest(302, 2), forest(303, 3)};
    FunctionCalls calls = new FunctionCalls(REDIS, "versions");
    for (Forest forest : forests) {
      calls.publish(forest);
    }

    for (int i = 0; i < 30; i++) {
      int live = 1 + random.nextInt(3);
      REDIS.jedis().hset(calls.key(), "live", "v" + live);
      int pinned = 1 + random.nextInt(3);

      assertAnswersAsTheReference(calls, forests[live - 1]);
      assertThat(calls.explain("").version()).isEqualTo("v" + live);
      assertAnswersAsTheReference(calls, forests[pinned - 1], "@v" + pinned);
      assertThat(calls.explain("@v" + pinned, "").version()).isEqualTo("v" + pinned);
    }
  }

  @Test
  void predict_retiredVersion_isMissingThoughItIsCompiled() {
    FunctionCalls calls = new FunctionCalls(REDIS, "retired");
    for (int i = 0; i < 3; i++) {
      calls.publish(forest(101, 1));
      calls.warm();
    }

    assertThat(new ModelHash(REDIS, "retired").remove(List.of("v1"))).containsExactly("v1");

    assertThat(calls.error("kindling_predict", "@v1", ""))
        .isEqualTo("KINDLINGMISSING model '" + calls.key() + "' has no version v1");
  }

  // What is lost and what is not.

  @Test
  void predict_functionsFlushedOrReplaced_isColdAndAnswersAgain() {
    Forest forest = forest(12_001, 1);
    FunctionCalls calls = new FunctionCalls(REDIS, "flushed");
    calls.publish(forest);
    calls.warm();

    SERVER.ask("FUNCTION", "FLUSH");
    assertThat(calls.error("kindling_predict", "")).isEqualTo("ERR Function not found");
    REDIS.functions().ensure(ModelFunctions.LIBRARY);
    assertThat(calls.error("kindling_predict", "")).startsWith("KINDLINGCOLD ");
    calls.warm();
    assertAnswersAsTheReference(calls, forest);

    REDIS.jedis().functionLoadReplace(ModelFunctions.LIBRARY.source());
    assertThat(calls.error("kindling_predict", "")).startsWith("KINDLINGCOLD ");
    calls.warm();
    assertAnswersAsTheReference(calls, forest);
  }

  @Test
  void predict_restartWithAppendOnlyFile_isColdAndAnswersAgain() {
    Forest forest = forest(12_001, 1);
    try (TestRedis server = TestRedis.start("--appendonly", "yes", "--appendfsync", "always")) {
      try (Redis redis = Redis.connect(server.config())) {
        FunctionCalls.serving(redis, "restarted", forest);
      }

      server.kill();
      server.startAgain();

      try (Redis redis = Redis.connect(server.config())) {
        FunctionCalls calls = new FunctionCalls(redis, "restarted");
        assertThat(calls.error("kindling_predict", "")).startsWith("KINDLINGCOLD ");
        calls.warm();
        assertAnswersAsTheReference(calls, forest);
      }
    }
  }

  @Test
  void predict_restartWithoutPersistence_lacksLibraryAndModel() {
    Forest forest = forest(101, 1);
    try (TestRedis server = TestRedis.start()) {
      try (Redis redis = Redis.connect(server.config())) {
        FunctionCalls.serving(redis, "restarted", forest);
      }

      server.kill();
      server.startAgain();

      try (Redis redis = Redis.connect(server.config())) {
        FunctionCalls calls = new FunctionCalls(redis, "restarted");
        assertThat(calls.error("kindling_predict", "")).isEqualTo("ERR Function not found");
        redis.functions().ensure(ModelFunctions.LIBRARY);
        assertThat(calls.error("kindling_predict", ""))
            .isEqualTo("KINDLINGMISSING key '" + calls.key() + "' holds no model");
        calls.publish(forest);
        assertAnswersAsTheReference(calls, forest);
      }
    }
  }

  @Test
  void predict_replica_compilesForItself() {
    Forest forest = forest(12_001, 1);
    try (TestRedis master = TestRedis.start();
        TestRedis copy = TestRedis.startReplicaOf(master);
        Redis redis = Redis.connect(master.config());
        Redis replica = Redis.connect(copy.config())) {
      FunctionCalls.serving(redis, "copied", forest);
      FunctionCalls calls = new FunctionCalls(replica, "copied");
      Awaitility.await().until(() -> replica.jedis().hexists(calls.key(), "live"));

      assertThat(calls.error("kindling_predict", "")).startsWith("KINDLINGCOLD ");
      calls.warm();
      assertAnswersAsTheReference(calls, forest);
      assertThat(FunctionCalls.number(copy.ask("FCALL", "kindling_predict", "1", calls.key(), "")))
          .isEqualTo(ReferenceForest.score(forest, ZERO).prediction());
    }
  }

  @Test
  void predict_evictedKey_isMissingThoughItIsCompiled() {
    Forest forest = forest(101, 1);
    FunctionCalls calls = new FunctionCalls(REDIS, "evicted");
    calls.publish(forest);
    calls.warm();

    SERVER.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    try {
      SERVER.ask("CONFIG", "SET", "maxmemory", "1");
      Awaitility.await().until(() -> SERVER.ask("DBSIZE").equals("0"));
    } finally {
      SERVER.ask("CONFIG", "SET", "maxmemory", "0");
    }

    assertThat(calls.error("kindling_predict", ""))
        .isEqualTo("KINDLINGMISSING key '" + calls.key() + "' holds no model");
    calls.publish(forest);
    assertAnswersAsTheReference(calls, forest);
  }

  // Room.

  @Test
  void room_usedUp_dropsWhatWasNotUsedForLongest() {
    Forest[] forests = {forest(6_001, 1), forest(6_001, 1), forest(6_001, 1)};
    FunctionCalls[] calls = new FunctionCalls[3];
    for (int i = 0; i < 3; i++) {
      calls[i] = new FunctionCalls(REDIS, "room" + i);
      calls[i].publish(forests[i]);
      calls[i].warm();
    }
    for (int i : new int[] {1, 0, 2}) {
      assertAnswersAsTheReference(calls[i], forests[i]);
    }
    FunctionCalls large = new FunctionCalls(REDIS, "large");

    publishAsOf(large, MAX_NODES - 2 * 6_001, /* maxNodes= */ 0);
    assertThat(large.error("kindling_predict", "")).startsWith("KINDLINGCOLD ");

    assertAnswersAsTheReference(calls[2], forests[2]);
    assertAnswersAsTheReference(calls[0], forests[0]);
    assertThat(calls[1].error("kindling_predict", "")).startsWith("KINDLINGCOLD ");
    // Now it takes the room of the large one, which was not used since.
    calls[1].warm();
    for (int i = 0; i < 3; i++) {
      assertAnswersAsTheReference(calls[i], forests[i]);
    }
  }

  @Test
  void room_versionThatWasRefused_dropsNothing() {
    Forest forest = forest(6_001, 1);
    FunctionCalls calls = FunctionCalls.serving(REDIS, "kept", forest);
    FunctionCalls large = new FunctionCalls(REDIS, "large");
    publishAsOf(large, MAX_NODES + 1, /* maxNodes= */ 0);

    String line = large.error("kindling_predict", "");

    assertThat(line)
        .isEqualTo(
            "KINDLINGLIMIT version v1 has 2000001 nodes, allowed are 2000000; maxNodes in its"
                + " metadata raises the bound");
    assertAnswersAsTheReference(calls, forest);
  }

  @Test
  void room_maxNodesInMetadata_raisesTheBoundForAllWhileItIsCompiled() {
    Forest forest = forest(6_001, 1);
    FunctionCalls calls = FunctionCalls.serving(REDIS, "kept", forest);
    FunctionCalls large = new FunctionCalls(REDIS, "large");
    FunctionCalls second = new FunctionCalls(REDIS, "second");
    publishAsOf(large, 3_000_000, 5_500_000);
    publishAsOf(second, 2_400_000, /* maxNodes= */ 0);

    assertThat(second.error("kindling_predict", ""))
        .startsWith("KINDLINGLIMIT version v1 has 2400000");
    int first = done(large.error("kindling_predict", ""));
    assertThat(second.error("kindling_predict", "")).startsWith("KINDLINGCOLD ");

    // All three have room: the first goes on where it was.
    assertThat(done(large.error("kindling_predict", ""))).isGreaterThan(first);
    assertAnswersAsTheReference(calls, forest);

    SERVER.ask("FUNCTION", "FLUSH");
    REDIS.functions().ensure(ModelFunctions.LIBRARY);
    assertThat(second.error("kindling_predict", ""))
        .startsWith("KINDLINGLIMIT version v1 has 2400000");
  }

  @Test
  void room_maxNodesBelowTheDefault_lowersNothing() {
    Forest forest = forest(6_001, 1);
    FunctionCalls calls = new FunctionCalls(REDIS, "low");

    calls.publish(forest, /* maxNodes= */ 10);
    calls.warm();

    assertAnswersAsTheReference(calls, forest);
  }

  @Test
  void room_leafOfManyClasses_countsAsSeveralNodes() {
    ForestBuilder builder = Forest.builder(Aggregation.CLASS_COUNTS, 1, 800);
    double[] leaf = random.doubles(800).toArray();
    byte[] bytes = builder.tree().split(0, 0).leaf(leaf).leaf(leaf).build().toBytes();
    FunctionCalls calls = new FunctionCalls(REDIS, "classes");

    // 19,801 splits and 19,802 leaves of 1 + 800 / 8.
    setNumNodes(bytes, 2 * 19_801 + 1);
    String version = calls.write(bytes, forest(1, 1), 0);

    assertThat(calls.error("kindling_predict", "@" + version, ""))
        .startsWith("KINDLINGLIMIT version v1 has " + (19_801 + 19_802 * 101) + " nodes, ");
  }

  // Rights.

  @Test
  void call_readerOfTheDocs_mayReadModelsAndNothingElse() {
    Forest forest = forest(12_001, 1);
    FunctionCalls owner = new FunctionCalls(REDIS, "acl");
    owner.publish(forest);
    try (Redis redis = connectAs("reader", rightsOfTheDocs())) {
      FunctionCalls reader = new FunctionCalls(redis, "acl");

      assertThat(reader.call("kindling_version", List.of()))
          .isEqualTo((long) ModelFunctions.LIBRARY.version());
      assertThat(reader.error("kindling_predict", "")).startsWith("KINDLINGCOLD ");
      reader.warm("@v1");
      assertAnswersAsTheReference(reader, forest);
      assertAnswersAsTheReference(reader, forest, "@v1");
      assertThat(reader.explain("").version()).isEqualTo("v1");
      REDIS.jedis().hset("other", "live", "v1");
      assertThat(reader.error("kindling_predict", List.of("other"), "")).startsWith("NOPERM ");
    }
  }

  /** A right that is not there, and how the call then fails, as the docs name it. */
  @ParameterizedTest
  @ValueSource(strings = {"%R~kindling:model:*", "+fcall_ro", "+hget", "+hmget"})
  void call_readerWithoutOneOfTheRights_isRefused(String right) {
    Forest forest = forest(101, 1);
    FunctionCalls owner = FunctionCalls.serving(REDIS, "acl", forest);
    String rights = rightsOfTheDocs();
    assertThat(rights).contains(right);
    try (Redis redis = connectAs("beggar", rights.replace(right, ""))) {
      FunctionCalls reader = new FunctionCalls(redis, "acl");

      String live = reader.error("kindling_predict", "");
      String pinned = reader.error("kindling_predict", "@v1", "");

      String denied = "ERR The user executing the script can't run this command or subcommand";
      switch (right) {
        case "+hget" -> assertThat(pinned).startsWith(denied);
        case "+hmget" -> assertThat(live).startsWith(denied);
        default ->
            assertThat(List.of(live, pinned)).allSatisfy(l -> assertThat(l).startsWith("NOPERM "));
      }
    }
    assertAnswersAsTheReference(owner, forest);
  }

  /** The line of the docs behind the user's name. */
  private static String rightsOfTheDocs() {
    String start = "\nACL SETUSER model-reader ";
    String docs = DocBlock.text("docs/acl.md");
    int from = docs.indexOf(start) + start.length();
    assertThat(from).isGreaterThan(start.length());
    return docs.substring(from, docs.indexOf('\n', from));
  }

  private static Redis connectAs(String user, String rights) {
    String[] rules =
        (user + " reset " + rights.replace("<password>", "secret")).trim().split("\\s+", -1);
    String[] arguments = new String[rules.length + 1];
    arguments[0] = "SETUSER";
    System.arraycopy(rules, 0, arguments, 1, rules.length);
    assertThat(SERVER.ask("ACL", arguments)).isEqualTo("OK");
    RedisConfig config = SERVER.config().toBuilder().user(user).password("secret").build();
    return Redis.connect(config);
  }

  private void assertAnswersAsTheReference(FunctionCalls calls, Forest forest, String... pin) {
    for (FeatureVector row : RandomRows.of(forest, random, 5)) {
      Object[] arguments = Arrays.copyOf(pin, pin.length + 1, Object[].class);
      arguments[pin.length] = random.nextBoolean() ? row.toText() : row.toMsgpack();
      assertThat(FunctionCalls.number(calls.predict(arguments)))
          .isEqualTo(ReferenceForest.score(forest, row).prediction());
    }
  }

  /** What a cold version says that it has done, of this total. */
  private static int done(String line, int total) {
    assertThat(line).matches("KINDLINGCOLD \\d+/" + total);
    return done(line);
  }

  private static int done(String line) {
    Matcher matcher = COLD.matcher(line);
    assertThat(matcher.matches()).as(line).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  /** A model whose header promises so many nodes: enough to begin with it, and to need the room. */
  private void publishAsOf(FunctionCalls calls, int numNodes, int maxNodes) {
    Forest forest = forest(40_001, 1);
    byte[] bytes = forest.toBytes();
    setNumNodes(bytes, numNodes);
    String version = calls.write(bytes, forest, maxNodes);
    REDIS.jedis().hset(calls.key(), Map.of("live", version));
  }

  private static void setNumNodes(byte[] bytes, int numNodes) {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(NUM_NODES_AT, numNodes);
  }

  /** A regression over 40 features; trees of about the same size, all thresholds different. */
  private Forest forest(int numNodes, int numTrees) {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 40, 0);
    int numLeaves = (numNodes + numTrees) / 2;
    for (int tree = 0; tree < numTrees; tree++) {
      grow(builder.tree(), numLeaves / numTrees + (tree < numLeaves % numTrees ? 1 : 0));
    }
    Forest forest = builder.build();
    assertThat(forest.numNodes()).isEqualTo(numNodes);
    return forest;
  }

  private void grow(ForestBuilder builder, int numLeaves) {
    if (numLeaves == 1) {
      builder.leaf(random.nextGaussian());
      return;
    }
    int left = numLeaves / 3 + random.nextInt(numLeaves - 2 * (numLeaves / 3) + 1);
    left = Math.min(Math.max(left, 1), numLeaves - 1);
    builder.split(random.nextInt(40), random.nextGaussian());
    grow(builder, left);
    grow(builder, numLeaves - left);
  }
}
