package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Commit.Committed;
import io.kindling.counters.Commit.Duplicate;
import io.kindling.counters.Commit.Replaced;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each outcome of a commit, and the ends of the 64-bit range. */
class CommitIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final Commit SAME = new Duplicate(false);
  private static final Commit OTHER = new Duplicate(true);

  private final String run = TestRedis.prefix() + "run";
  private final Counters counters = Counters.open(REDIS.config(), run);

  private Commit commit(TestTask task, Object... sums) {
    return task.commit(counters, "p", 0, sums);
  }

  @Test
  void commit_first_isInTheTotals() {
    Commit commit = commit(TestTask.attempt(1), "a", 3, "b", -4);

    assertThat(commit).isEqualTo(new Committed());
    assertThat(counters.totals()).isEqualTo(Map.of("a", 3L, "b", -4L));
    assertThat(counters.byPartition("p")).isEqualTo(Map.of(0, Map.of("a", 3L, "b", -4L)));
    assertThat(REDIS.ask("HGET", "kindling:count:{" + run + "}:total", "b")).isEqualTo("-4");
  }

  @Test
  void commit_twoPartitionsAndPasses_addUp() {
    commit(TestTask.attempt(1), "a", 3);
    TestTask.attempt(2).commit(counters, "p", 1, "a", 5, "b", 1);
    TestTask.attempt(3).commit(counters, "q", 0, "a", 7);

    assertThat(counters.totals()).isEqualTo(Map.of("a", 15L, "b", 1L));
    assertThat(counters.total("a")).isEqualTo(15);
    assertThat(counters.total("none")).isZero();
  }

  @Test
  void commit_sameNonceAndVector_isTheSameCommit() {
    TestTask task = TestTask.attempt(1);
    commit(task, "a", 3);

    assertThat(commit(task, "a", 3)).isEqualTo(new Committed());
    assertThat(counters.totals()).isEqualTo(Map.of("a", 3L));
    assertThat(counters.conflicts()).isEmpty();
  }

  @Test
  void commit_sameNonceAndOtherVector_isAConflict() {
    TestTask task = TestTask.attempt(1);
    commit(task, "a", 3);

    assertThat(commit(task, "a", 4)).isEqualTo(OTHER);
    assertThat(counters.totals()).isEqualTo(Map.of("a", 3L));
    assertThat(counters.conflicts())
        .containsExactly(new Conflict("p", 0, Map.of("a", 3L), Map.of("a", 4L)));
  }

  @Test
  void commit_sameTaskAttemptWithAnotherNonce_isRefused() {
    TestTask task = TestTask.attempt(1);
    commit(task, "a", 3);

    assertThatExceptionOfType(CommitRefusedException.class)
        .isThrownBy(() -> commit(task.withNonce(task.nonce() + 1), "a", 3))
        .withMessage(
            "Cannot commit partition 0 of pass 'p': this task attempt has committed it before; use"
                + " one TaskCounters a pass and task");
    assertThat(counters.totals()).isEqualTo(Map.of("a", 3L));
  }

  @Test
  void commit_anotherAttemptOrStageWithTheSameVector_isADuplicate() {
    commit(TestTask.attempt(1), "a", 3);

    assertThat(commit(TestTask.attempt(2), "a", 3)).isEqualTo(SAME);
    assertThat(commit(TestTask.attempt(3).ofStage(9, 0), "a", 3)).isEqualTo(SAME);
    assertThat(counters.totals()).isEqualTo(Map.of("a", 3L));
    assertThat(counters.conflicts()).isEmpty();
  }

  @Test
  void commit_anotherAttemptWithAnotherVector_isKeptAsConflict() {
    commit(TestTask.attempt(1), "a", 3, "b", 1);
    TestTask.attempt(5).commit(counters, "p", 1);
    assertThat(counters.isComplete()).isTrue();

    assertThat(commit(TestTask.attempt(2), "a", 4, "b", 1)).isEqualTo(OTHER);
    assertThat(commit(TestTask.attempt(3).ofStage(9, 0), "c", 4)).isEqualTo(OTHER);

    assertThat(counters.totals()).isEqualTo(Map.of("a", 3L, "b", 1L));
    assertThat(counters.conflicts())
        .containsExactly(new Conflict("p", 0, Map.of("a", 3L), Map.of("a", 4L)));
    assertThat(counters.isComplete("p")).isFalse();
    assertThatExceptionOfType(IncompleteRunException.class)
        .isThrownBy(counters::seal)
        .withMessageContaining("pass 'p' has conflicts in partitions 0");
  }

  @Test
  void commit_newerStageAttemptWithTheSameVector_isADuplicate() {
    commit(TestTask.attempt(1), "a", 3);

    assertThat(commit(TestTask.attempt(2).ofStage(1, 1), "a", 3)).isEqualTo(SAME);
  }

  @Test
  void commit_newerStageAttempt_replaces() {
    commit(TestTask.attempt(1), "a", 3, "b", 1);

    Commit commit = commit(TestTask.attempt(2).ofStage(1, 1), "a", 1, "c", 5);

    assertThat(commit).isEqualTo(new Replaced());
    assertThat(counters.totals()).isEqualTo(Map.of("a", 1L, "b", 0L, "c", 5L));
    assertThat(counters.byPartition("p")).isEqualTo(Map.of(0, Map.of("a", 1L, "c", 5L)));
  }

  @Test
  void commit_replacingARecordWithConflict_endsTheConflict() {
    commit(TestTask.attempt(1), "a", 3);
    commit(TestTask.attempt(2), "a", 4);
    assertThat(counters.conflicts()).hasSize(1);

    commit(TestTask.attempt(3).ofStage(1, 1), "a", 5);

    assertThat(counters.conflicts()).isEmpty();
    assertThat(counters.totals()).isEqualTo(Map.of("a", 5L));
  }

  @Test
  void ledger_ofTwentyCounters_isSmall() {
    int partitions = 2_000;
    for (int partition = 0; partition < partitions; partition++) {
      CounterVector vector = new CounterVector();
      for (int i = 0; i < 20; i++) {
        vector.put(Kind.SUM, "counter-" + i, 1_000 + 10 * i + partition);
      }
      TestTask.attempt(partition).committer(counters, "p", partition, partitions, vector).commit();
    }

    String key = counters.store().keys().ledger(counters.store().generation(), "p");
    double bytes = Double.parseDouble(REDIS.ask("MEMORY", "USAGE", key, "SAMPLES", "0"));
    System.out.println("ledger bytes a partition: " + bytes / partitions);
    assertThat(bytes / partitions).isLessThan(160);
    assertThat(counters.byPartition("p")).hasSize(partitions);
    assertThat(counters.statistics("p"))
        .containsEntry("counter-1", new PartitionStatistics(1_010, 2_009, 3_009, 1_999, 4_019_000));
  }

  @Test
  void commit_olderStageAttempt_isADuplicateWithoutConflict() {
    commit(TestTask.attempt(2).ofStage(1, 1), "a", 1);

    assertThat(commit(TestTask.attempt(1), "a", 3)).isEqualTo(SAME);
    assertThat(counters.totals()).isEqualTo(Map.of("a", 1L));
    assertThat(counters.conflicts()).isEmpty();
  }

  @Test
  void commit_replacingBeyond64Bits_isExact() {
    TestTask first = TestTask.attempt(1);
    first.commit(counters, "p", 0, "a", Long.MIN_VALUE, "b", Long.MAX_VALUE, "c", Long.MIN_VALUE);

    TestTask.attempt(2)
        .ofStage(1, 1)
        .commit(counters, "p", 0, "a", Long.MAX_VALUE, "b", Long.MIN_VALUE);

    assertThat(counters.totals())
        .isEqualTo(Map.of("a", Long.MAX_VALUE, "b", Long.MIN_VALUE, "c", 0L));
  }

  @Test
  void commit_bothEndsOfTheRange_areExact() {
    commit(TestTask.attempt(1), "a", Long.MIN_VALUE, "b", Long.MAX_VALUE);
    TestTask.attempt(2).commit(counters, "p", 1, "a", Long.MAX_VALUE, "b", Long.MIN_VALUE);

    assertThat(counters.totals()).isEqualTo(Map.of("a", -1L, "b", -1L));
    assertThat(counters.byPartition("p"))
        .isEqualTo(
            Map.of(
                0, Map.of("a", Long.MIN_VALUE, "b", Long.MAX_VALUE),
                1, Map.of("a", Long.MAX_VALUE, "b", Long.MIN_VALUE)));
  }

  @Test
  void commit_overflowInTheLastField_leavesEverythingAsItWas() {
    TestTask.attempt(1).commit(counters, "p", 0, "a", 1, "z", Long.MAX_VALUE);
    String before = REDIS.ask("HGETALL", "kindling:count:{" + run + "}:total");
    TestTask second = TestTask.attempt(2);

    assertThatExceptionOfType(CounterOverflowException.class)
        .isThrownBy(() -> second.commit(counters, "p", 1, "a", 5, "new", 7, "z", 1))
        .withMessage(
            "Cannot commit partition 1 of pass 'p': the total is 9223372036854775807, counter 'z'"
                + " would leave the 64-bit range")
        .satisfies(e -> assertThat(e.counter()).isEqualTo("z"));

    assertThat(REDIS.ask("HGETALL", "kindling:count:{" + run + "}:total")).isEqualTo(before);
    assertThat(counters.missing()).isEqualTo(Map.of("p", Set.of(1)));
    assertThat(second.commit(counters, "p", 1, "a", 5)).isEqualTo(new Committed());
  }

  @Test
  void commit_withZeros_storesNoneOfThem() {
    commit(TestTask.attempt(1), "zero", 0);

    assertThat(counters.totals()).isEmpty();
    assertThat(counters.byPartition("p")).isEqualTo(Map.of(0, Map.of()));
    assertThat(counters.missing()).isEqualTo(Map.of("p", Set.of(1)));
  }

  @Test
  void commit_withAnotherNumberOfPartitions_isRefused() {
    commit(TestTask.attempt(1), "a", 1);

    assertThatExceptionOfType(CommitRefusedException.class)
        .isThrownBy(
            () ->
                TestTask.attempt(2)
                    .committer(counters, "p", 1, 3, TestTask.vector("a", 1))
                    .commit())
        .withMessageContaining("Cannot count pass 'p' with 3 partitions")
        .withMessageEndingWith(": it has 2");
    assertThatExceptionOfType(CommitRefusedException.class)
        .isThrownBy(() -> counters.expect("p", 4));
    assertThat(counters.totals()).isEqualTo(Map.of("a", 1L));
  }

  @Test
  void commit_nameOfAnotherKindInThePass_isRefused() {
    commit(TestTask.attempt(1), "a", 1);
    CounterVector other = new CounterVector();
    other.put(Kind.MINIMUM, "a", 4);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TestTask.attempt(2).commit(counters, "p", 1, other))
        .withMessage("Cannot use 'a' as a minimum: in this pass it is a sum");
  }
}
