package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.KindlingException;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Commit.Committed;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What one sees when Redis evicts a single key of a run: DEL does the same. */
class EvictionIT {
  private static final TestRedis REDIS = TestRedis.shared();

  private final String run = TestRedis.prefix() + "run";
  private final Counters counters = Counters.open(REDIS.config(), run);

  private void evict(String key) {
    assertThat(REDIS.ask("DEL", "kindling:count:{" + run + "}:" + key)).as(key).isEqualTo("1");
  }

  private static CounterVector large() {
    CounterVector vector = new CounterVector();
    for (int i = 0; i < 1_500; i++) {
      vector.put(Kind.SUM, "name-" + i, 1);
    }
    return vector;
  }

  private void countBoth() {
    TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
    TestTask.attempt(2).commit(counters, "p", 1, "a", 2);
  }

  @Test
  void isComplete_totalsEvicted_isTrueAllTheSame() {
    countBoth();

    evict("total");

    assertThat(counters.totals()).isEmpty();
    assertThat(counters.isComplete()).as("nothing shows it").isTrue();
    assertThat(counters.missing()).isEmpty();
    counters.seal();
  }

  @Test
  void isComplete_recordsEvicted_isFalseAndCountingThemAgainCountsTwice() {
    countBoth();

    evict("part:batch.1.1:p");

    assertThat(counters.isComplete()).isFalse();
    assertThat(counters.missing()).isEqualTo(Map.of("p", Set.of(0, 1)));
    countBoth();
    assertThat(counters.isComplete()).isTrue();
    assertThat(counters.totals()).isEqualTo(Map.of("a", 6L));
  }

  @Test
  void isComplete_passesEvicted_isFalseUntilATaskTellsThem() {
    TestTask.attempt(1).commit(counters, "p", 0, "a", 1);

    evict("gen:batch.1.1");

    assertThat(counters.isComplete()).isFalse();
    assertThat(counters.missing()).isEmpty();
    assertThatExceptionOfType(IncompleteRunException.class)
        .isThrownBy(() -> counters.awaitComplete(Duration.ZERO))
        .withMessageContaining("no pass has begun");
    TestTask.attempt(2).commit(counters, "p", 1, "a", 2);
    assertThat(counters.isComplete()).isTrue();
    assertThat(counters.totals()).isEqualTo(Map.of("a", 3L));
  }

  @Test
  void everything_metadataEvicted_saysThatThereIsNoRun() {
    countBoth();

    evict("meta");

    assertThat(counters.totals()).as("of nobody's, until somebody opens").containsKey("a");
    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> TestTask.attempt(3).commit(counters, "p", 1, "a", 2))
        .withMessageEndingWith(": there is no such run (any more)");
    assertThatExceptionOfType(RunClosedException.class).isThrownBy(counters::isComplete);
    assertThatExceptionOfType(RunClosedException.class).isThrownBy(counters::missing);
    assertThatExceptionOfType(RunClosedException.class).isThrownBy(counters::seal);
    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> Counters.resume(REDIS.config(), run));
  }

  @Test
  void open_metadataEvicted_countsFromTheBeginning() {
    countBoth();
    TestTask.attempt(3).commit(counters, "q", 1, large());
    evict("meta");

    Counters anew = Counters.open(REDIS.config(), run);

    assertThat(anew.totals()).isEmpty();
    assertThat(anew.isComplete()).isFalse();
    assertThat(TestTask.attempt(4).commit(anew, "p", 0, "b", 5)).isEqualTo(new Committed());
    assertThat(anew.missing()).isEqualTo(Map.of("p", Set.of(1)));
    assertThat(anew.byPartition("p")).isEqualTo(Map.of(0, Map.of("b", 5L)));
    assertThat(anew.totals()).isEqualTo(Map.of("b", 5L));
  }

  @Test
  void next_metadataEvictedInTheSecondGeneration_beginsWithoutTheOldOne() {
    countBoth();
    counters.seal();
    Counters second = Counters.next(REDIS.config(), run);
    TestTask.attempt(1).commit(second, "p", 0, "a", 10);
    evict("meta");

    Counters anew = Counters.open(REDIS.config(), run);
    TestTask.attempt(1).commit(anew, "p", 0, "a", 1);
    TestTask.attempt(2).commit(anew, "p", 1, "a", 2);
    anew.seal();
    Counters next = Counters.next(REDIS.config(), run);

    assertThat(next.isComplete()).isFalse();
    assertThat(TestTask.attempt(3).commit(next, "p", 0, "a", 4)).isEqualTo(new Committed());
    assertThat(next.totals()).isEqualTo(Map.of("a", 7L));
  }

  @Test
  void readers_chunksEvicted_sayWhatIsLost() {
    TestTask.attempt(1).commit(counters, "p", 0, large());
    String stage = REDIS.ask("KEYS", "kindling:count:{" + run + "}:stage:*");
    REDIS.ask("DEL", stage.substring(1, stage.length() - 1));

    assertThat(counters.total("name-7")).isEqualTo(1);
    assertThatExceptionOfType(KindlingException.class)
        .isThrownBy(() -> counters.byPartition("p"))
        .withMessageStartingWith("Redis has lost chunk 0 of 2 of ");
    assertThatExceptionOfType(KindlingException.class)
        .isThrownBy(() -> Counters.restart(REDIS.config(), run))
        .withMessageStartingWith("Redis has lost chunk ");
  }
}
