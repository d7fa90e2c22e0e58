package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Commit.Committed;
import io.kindling.counters.Commit.Duplicate;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What Redis loses it loses together with the records of it: visibly, and to be counted again.
 * Plain HINCRBY loses as much, and has no records.
 */
class RedisLossIT {
  private static final CountersOptions OPTIONS = CountersOptions.defaults();

  /** Its only or its last log file. */
  private static Path appendOnlyFile(TestRedis redis) throws IOException {
    String dir = redis.ask("CONFIG", "GET", "dir");
    try (Stream<Path> files =
        Files.walk(Path.of(dir.substring(dir.indexOf(", ") + 2, dir.length() - 1)))) {
      return files
          .filter(file -> file.toString().matches(".*(\\.incr\\.aof|/appendonly\\.aof)"))
          .filter(Files::isRegularFile)
          .findFirst()
          .orElseThrow();
    }
  }

  private static void increment(RedisConfig config, long amount) {
    try (ApproximateCounters approximate = ApproximateCounters.open(config, "r")) {
      approximate.add("a", amount);
    }
  }

  private static String incremented(TestRedis redis) {
    return redis.ask("HGET", "kindling:count:{r}:approximate", "a");
  }

  private static void assertLostPartition1(TestRedis redis) {
    assertThat(incremented(redis)).as("silently").isEqualTo("1");
    Counters after = Counters.resume(redis.config(), "r");
    assertThat(after.totals()).isEqualTo(Map.of("a", 1L));
    assertThat(after.missing()).isEqualTo(Map.of("p", Set.of(1)));
    assertThat(after.isComplete()).isFalse();
    assertThatExceptionOfType(IncompleteRunException.class).isThrownBy(after::seal);
    assertThat(TestTask.attempt(3).commit(after, "p", 0, "a", 1)).isEqualTo(new Duplicate(false));
    assertThat(TestTask.attempt(4).commit(after, "p", 1, "a", 2)).isEqualTo(new Committed());
    after.seal();
    assertThat(after.totals()).isEqualTo(Map.of("a", 3L));
  }

  @Test
  void restart_appendOnlyAlways_losesNothingThatWasAcknowledged() {
    try (TestRedis redis = TestRedis.start("--appendonly", "yes", "--appendfsync", "always")) {
      Counters counters = Counters.open(redis.config(), "r");
      TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
      TestTask.attempt(2).commit(counters, "p", 1, "a", 2);
      increment(redis.config(), 3);

      redis.kill();
      redis.startAgain();

      assertThat(counters.totals()).isEqualTo(Map.of("a", 3L));
      assertThat(incremented(redis)).isEqualTo("3");
      counters.seal();
    }
  }

  @Test
  void restart_appendOnlyFileLostItsTail_isVisibleAndCountedAgain() throws Exception {
    try (TestRedis redis = TestRedis.start("--appendonly", "yes", "--appendfsync", "always")) {
      Counters counters = Counters.open(redis.config(), "r");
      TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
      increment(redis.config(), 1);
      Path log = appendOnlyFile(redis);
      long synced = Files.size(log);
      TestTask.attempt(2).commit(counters, "p", 1, "a", 2);
      increment(redis.config(), 2);

      // What everysec leaves to a power cut, at a moment of our choice: the tail of the file.
      redis.kill();
      assertThat(Files.size(log)).isGreaterThan(synced);
      try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
        file.setLength(synced);
      }
      redis.startAgain();

      assertLostPartition1(redis);
    }
  }

  @Test
  void failover_tailNotReplicated_isVisibleAndCountedAgain() {
    try (TestRedis master = TestRedis.start();
        TestRedis replica = TestRedis.startReplicaOf(master)) {
      Counters counters = Counters.open(master.config(), "r");
      TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
      increment(master.config(), 1);
      Awaitility.await().until(() -> incremented(replica).equals("1"));
      assertThat(replica.ask("REPLICAOF", "NO", "ONE")).isEqualTo("OK");
      TestTask.attempt(2).commit(counters, "p", 1, "a", 2);
      increment(master.config(), 2);
      assertThat(counters.isComplete()).isTrue();

      master.kill();

      assertLostPartition1(replica);
    }
  }

  @Test
  void commit_unreachable_failsAndIsCountedOnceByTheNextAttempt() {
    try (TestRedis redis = TestRedis.start("--appendonly", "yes", "--appendfsync", "always")) {
      RedisConfig impatient = redis.config().toBuilder().retryFor(Duration.ofMillis(200)).build();
      Counters counters = Counters.open(impatient, "r");
      TestTask.attempt(1).commit(counters, "p", 0, "a", 1);

      redis.kill();
      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(() -> TestTask.attempt(2).commit(counters, "p", 1, "a", 2));
      redis.startAgain();

      assertThat(counters.missing()).isEqualTo(Map.of("p", Set.of(1)));
      TestTask.attempt(3).commit(counters, "p", 1, "a", 2);
      assertThat(counters.totals()).isEqualTo(Map.of("a", 3L));
    }
  }

  @Test
  void commit_expiredRun_isRefused() {
    try (TestRedis redis = TestRedis.start()) {
      Counters counters =
          Counters.open(redis.config(), "r", OPTIONS.withTtl(Duration.ofMillis(300)));
      TestTask.attempt(1).commit(counters, "p", 0, "a", 1);

      Awaitility.await().until(() -> redis.ask("KEYS", "*").equals("[]"));

      assertThatExceptionOfType(RunClosedException.class)
          .isThrownBy(() -> TestTask.attempt(2).commit(counters, "p", 1, "a", 2))
          .withMessageEndingWith(": there is no such run (any more)");
      assertThat(redis.ask("KEYS", "*")).isEqualTo("[]");
      assertThatExceptionOfType(RunClosedException.class)
          .isThrownBy(() -> Counters.resume(redis.config(), "r"));
    }
  }

  @Test
  void increment_redisGoesAwayInBetween_countsAgainWhatHadBeenSent() {
    try (TestRedis redis = TestRedis.start("--appendonly", "yes", "--appendfsync", "always")) {
      RedisConfig impatient = redis.config().toBuilder().retryFor(Duration.ofMillis(200)).build();

      // A task that counts in two batches, and is tried again.
      increment(impatient, 1);
      redis.kill();
      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(() -> increment(impatient, 2));
      redis.startAgain();
      increment(impatient, 1);
      increment(impatient, 2);

      assertThat(incremented(redis)).isEqualTo("4");
    }
  }

  @Test
  void increment_keyExpired_startsFrom0() {
    try (TestRedis redis = TestRedis.start();
        ApproximateCounters counters =
            ApproximateCounters.open(redis.config(), "r", OPTIONS.withTtl(Duration.ofMillis(50)))) {
      counters.increment("a");
      counters.flush();
      Awaitility.await().until(() -> redis.ask("KEYS", "*").equals("[]"));

      counters.increment("a");

      assertThat(counters.totals()).isEqualTo(Map.of("a", 1L));
    }
  }
}
