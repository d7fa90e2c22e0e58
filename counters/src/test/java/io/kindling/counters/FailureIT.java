package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Commit.Committed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Redis refuses: one clear error, and nothing half-written. */
class FailureIT {
  private static final TestRedis REDIS = TestRedis.shared();

  private static CounterVector large() {
    CounterVector vector = new CounterVector();
    for (int i = 0; i < 1_500; i++) {
      vector.put(Kind.SUM, "name-" + i, 1);
    }
    return vector;
  }

  /** Everything of a run, but what is live and times to live. */
  private static Map<String, String> everything(TestRedis redis, String run) {
    Map<String, String> all = new TreeMap<>();
    String keys = redis.ask("KEYS", "kindling:count:{" + run + "}*");
    for (String key : keys.substring(1, keys.length() - 1).split(", ", -1)) {
      if (redis.ask("TYPE", key).equals("hash")) {
        all.put(key, redis.ask("HGETALL", key));
      }
    }
    return all;
  }

  @Test
  void commit_redisWithoutMemory_writesNothing() {
    try (TestRedis redis = TestRedis.start("--maxmemory-policy", "noeviction")) {
      Counters counters = Counters.open(redis.config(), "r");
      TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
      TestTask.attempt(2).commit(counters, "large", 0, large());
      Map<String, String> before = everything(redis, "r");
      redis.ask("CONFIG", "SET", "maxmemory", "1");

      // The dictionary has these names, so that the commit itself is what is refused.
      assertThatExceptionOfType(RedisReplyException.OutOfMemory.class)
          .isThrownBy(() -> TestTask.attempt(3).commit(counters, "p", 1, "a", 1));
      assertThatExceptionOfType(RedisReplyException.OutOfMemory.class)
          .isThrownBy(() -> TestTask.attempt(3).commit(counters, "p", 1));
      assertThatExceptionOfType(RedisReplyException.OutOfMemory.class)
          .isThrownBy(() -> TestTask.attempt(3).commit(counters, "p", 1, "new", 1));
      assertThatExceptionOfType(RedisReplyException.OutOfMemory.class)
          .isThrownBy(() -> TestTask.attempt(4).commit(counters, "large", 1, large()));
      assertThatExceptionOfType(RedisReplyException.OutOfMemory.class)
          .isThrownBy(() -> counters.expect("q", 2));
      assertThatExceptionOfType(RedisReplyException.OutOfMemory.class)
          .isThrownBy(() -> Counters.open(redis.config(), "other"));

      assertThat(everything(redis, "r")).isEqualTo(before);
      redis.ask("CONFIG", "SET", "maxmemory", "0");
      assertThat(TestTask.attempt(3).commit(counters, "p", 1, "a", 1)).isEqualTo(new Committed());
      assertThat(counters.total("a")).isEqualTo(2);
    }
  }

  @Test
  void fold_redisWithoutMemory_isFinishedLater() {
    try (TestRedis redis = TestRedis.start("--maxmemory-policy", "noeviction")) {
      Counters counters = Counters.open(redis.config(), "r");
      PartitionId where = new PartitionId(counters.store().generation(), "p", 0);
      TestTask task = TestTask.attempt(1);
      StagedVector staged = new Staging(counters.store()).upload(where, large());
      RecordChange change =
          RecordChange.set(
              new byte[0],
              new CommitRecord(task.identity(), staged),
              1,
              NameDictionary.EMPTY,
              List.of(),
              "live");
      counters.store().commit(where, change);
      redis.ask("CONFIG", "SET", "maxmemory", "1");

      assertThatExceptionOfType(RedisReplyException.OutOfMemory.class)
          .isThrownBy(() -> counters.awaitComplete(Duration.ZERO));
      assertThat(counters.totals()).isEmpty();

      redis.ask("CONFIG", "SET", "maxmemory", "0");
      counters.awaitComplete(Duration.ZERO);
      assertThat(counters.totals()).isEqualTo(large().sums());
    }
  }

  @Test
  void commit_onAReplica_isRefused() {
    try (TestRedis master = TestRedis.start();
        TestRedis replica = TestRedis.startReplicaOf(master)) {
      Counters counters = Counters.open(master.config(), "r");
      TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
      // WAIT waits for writes of its own connection only, and this one has written nothing.
      Awaitility.await()
          .until(() -> replica.ask("HGET", "kindling:count:{r}:total", "a").equals("1"));

      Counters onReplica = Counters.resume(replica.config(), "r");

      assertThat(onReplica.totals()).isEqualTo(Map.of("a", 1L));
      assertThatExceptionOfType(RedisReplyException.ReadOnly.class)
          .isThrownBy(() -> TestTask.attempt(2).commit(onReplica, "p", 1, "a", 1));
      assertThatExceptionOfType(RedisReplyException.ReadOnly.class)
          .isThrownBy(() -> TestTask.attempt(2).commit(onReplica, "p", 1, large()));
      assertThat(counters.totals()).isEqualTo(Map.of("a", 1L));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"total", "meta", "gen:batch.1.1", "part:batch.1.1:p", "live"})
  void commit_keyOfAnotherType_isRefusedAndWritesNothing(String which) {
    String run = TestRedis.prefix() + "run";
    Counters counters = Counters.open(REDIS.config(), run);
    TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
    String key = "kindling:count:{" + run + "}:" + which;
    REDIS.ask("DEL", key);
    REDIS.ask("SET", key, "a string");
    Map<String, String> before = everything(REDIS, run);

    assertThatExceptionOfType(RedisReplyException.WrongType.class)
        .isThrownBy(() -> TestTask.attempt(2).commit(counters, "p", 1, "a", 1));

    assertThat(everything(REDIS, run)).isEqualTo(before);
    assertThat(REDIS.ask("GET", key)).isEqualTo("a string");
  }

  @ParameterizedTest
  @ValueSource(strings = {"total", "meta", "gen:batch.1.1", "part:batch.1.1:p"})
  void fold_keyOfAnotherType_isRefusedAndWritesNothing(String which) {
    String run = TestRedis.prefix() + "run";
    Counters counters = Counters.open(REDIS.config(), run);
    PartitionId where = new PartitionId(counters.store().generation(), "p", 0);
    StagedVector staged = new Staging(counters.store()).upload(where, large());
    CommitRecord record = new CommitRecord(TestTask.attempt(1).identity(), staged);
    RecordChange change =
        RecordChange.set(new byte[0], record, 1, NameDictionary.EMPTY, List.of(), "live");
    counters.store().commit(where, change);
    String key = "kindling:count:{" + run + "}:" + which;
    REDIS.ask("DEL", key);
    REDIS.ask("SET", key, "a string");
    Map<String, String> before = everything(REDIS, run);

    assertThatExceptionOfType(RedisReplyException.WrongType.class)
        .isThrownBy(() -> counters.store().fold(where, change.to, staged, 0));

    assertThat(everything(REDIS, run)).isEqualTo(before);
  }

  @Test
  void commit_stageOfAnotherType_isRefusedAndWritesNothing() {
    String run = TestRedis.prefix() + "run";
    Counters counters = Counters.open(REDIS.config(), run);
    PartitionId where = new PartitionId(counters.store().generation(), "p", 0);
    StagedVector staged = new StagedVector(2, 1_500, 1, 2);
    REDIS.ask("SET", counters.store().stage(where, staged), "a string");
    Map<String, String> before = everything(REDIS, run);

    assertThatExceptionOfType(RedisReplyException.WrongType.class)
        .isThrownBy(
            () ->
                counters
                    .store()
                    .commit(
                        where,
                        RecordChange.set(
                            new byte[0],
                            new CommitRecord(TestTask.attempt(1).identity(), staged),
                            1,
                            NameDictionary.EMPTY,
                            List.of(),
                            "live")));

    assertThat(everything(REDIS, run)).isEqualTo(before);
  }

  @Test
  void commit_totalThatIsNoNumber_isRefusedAndWritesNothing() {
    String run = TestRedis.prefix() + "run";
    Counters counters = Counters.open(REDIS.config(), run);
    TestTask.attempt(1).commit(counters, "p", 0, "a", 1, "b", 2);
    REDIS.ask("HSET", "kindling:count:{" + run + "}:total", "b", "many");
    Map<String, String> before = everything(REDIS, run);

    assertThatExceptionOfType(RedisReplyException.class)
        .isThrownBy(() -> TestTask.attempt(2).commit(counters, "p", 1, "a", 1, "b", 2))
        .withMessageContaining("hash value is not an integer");
    assertThatExceptionOfType(KindlingException.class)
        .isThrownBy(counters::totals)
        .withMessageStartingWith("Cannot read counter 'b', which is no 64-bit number,");

    assertThat(everything(REDIS, run)).isEqualTo(before);
  }

  @Test
  void open_badRunNames_areRefused() {
    for (String name : new String[] {"", "a{b", "a}b", "a\nb", "\ud800", "x".repeat(513)}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Counters.open(REDIS.config(), name))
          .withMessageStartingWith("Cannot build a key from a");
    }
  }

  @Test
  void expect_badPassesAndNumbers_areRefused() {
    Counters counters = Counters.open(REDIS.config(), TestRedis.prefix() + "run");

    for (String pass : new String[] {"", "a{b", "\udc00", "x".repeat(513)}) {
      assertThatIllegalArgumentException().isThrownBy(() -> counters.expect(pass, 1));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> counters.expect("p", -1))
        .withMessage("Cannot expect -1 partitions, allowed are 0 and above");
  }

  @Test
  void resume_higherFormat_namesIt() {
    String run = TestRedis.prefix() + "run";
    Counters.open(REDIS.config(), run);
    REDIS.ask("HSET", "kindling:count:{" + run + "}:meta", "format", "2");

    assertThatExceptionOfType(KindlingException.class)
        .isThrownBy(() -> Counters.resume(REDIS.config(), run))
        .withMessageEndingWith(": format 2, this build reads 1");
  }

  @Test
  void commit_scriptFlushed_goesOn() {
    try (TestRedis redis = TestRedis.start()) {
      Counters counters = Counters.open(redis.config(), "r");
      TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
      redis.ask("SCRIPT", "FLUSH");

      assertThat(TestTask.attempt(2).commit(counters, "p", 1, "a", 1)).isEqualTo(new Committed());
    }
  }
}
