package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.KindlingException;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Commit.Committed;
import io.kindling.counters.Commit.Duplicate;
import io.kindling.counters.Commit.Replaced;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors of more than a thousand names. */
class StagingIT {
  private static final TestRedis REDIS = TestRedis.shared();

  private final String run = TestRedis.prefix() + "run";
  private final Counters counters = Counters.open(REDIS.config(), run);
  private final CounterStore store = counters.store();
  private final Staging staging = new Staging(store);
  private final PartitionId where = new PartitionId(store.generation(), "p", 0);

  private static CounterVector large(int names, long value) {
    CounterVector vector = new CounterVector();
    for (int i = 0; i < names; i++) {
      vector.put(Kind.SUM, "name-" + i, value + i);
    }
    return vector;
  }

  /** A commit whose task dies before it has folded anything. */
  private Ledger.Entry commitWithoutFolding(TestTask task, CounterVector vector) {
    StagedVector staged = staging.upload(where, vector);
    CommitRecord record = new CommitRecord(task.identity(), staged);
    Reply reply =
        store.commit(
            where,
            RecordChange.set(new byte[0], record, 2, NameDictionary.EMPTY, List.of(), "live"));
    assertThat(reply.outcome()).isEqualTo("OK");
    return entry();
  }

  private Ledger.Entry entry() {
    return Ledger.read(store, store.generation(), "p", 2).entry(0);
  }

  private static StagedVector staged(Ledger.Entry entry) {
    return (StagedVector) entry.record.counts();
  }

  private String stageKey() {
    return store.stage(where, staged(entry()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 1_001, 2_000, 100_000})
  void commit_manyNames_areAllInTheTotals(int names) {
    CounterVector vector = large(names, Long.MIN_VALUE);
    vector.put(Kind.MAXIMUM, "largest", 7);

    assertThat(TestTask.attempt(1).commit(counters, "p", 0, vector)).isEqualTo(new Committed());

    assertThat(counters.totals()).isEqualTo(vector.sums());
    assertThat(counters.byPartition("p")).isEqualTo(Map.of(0, vector.sums()));
    assertThat(counters.maxima()).isEqualTo(Map.of("largest", 7L));
    assertThat(counters.missing()).isEqualTo(Map.of("p", Set.of(1)));
  }

  /** The names of one chunk are new but for one, wherever it stands in it. */
  @ParameterizedTest
  @ValueSource(ints = {1_000, 1_001, 1_499, 1_500, 1_501, 1_998, 1_999})
  void commit_oneNameHasATotalAlready_isAddedToIt(int known) {
    CounterVector vector = large(2_500, 1);
    List<String> names = List.copyOf(vector.values(Kind.SUM).keySet());
    TestTask.attempt(2).commit(counters, "p", 1, names.get(known), 40);

    TestTask.attempt(1).commit(counters, "p", 0, vector);

    SortedMap<String, Long> expected = new TreeMap<>(vector.sums());
    expected.merge(names.get(known), 40L, Long::sum);
    assertThat(counters.totals()).isEqualTo(expected);
  }

  /** As many totals as a chunk has names, which are of its first chunk, of two, of its second. */
  @ParameterizedTest
  @ValueSource(ints = {0, 500, 1_000})
  void commit_aThousandNamesHaveTotalsAlready_areAddedToThem(int first) {
    CounterVector vector = large(2_500, 1);
    List<String> names = List.copyOf(vector.values(Kind.SUM).keySet());
    CounterVector known = new CounterVector();
    names.subList(first, first + 1_000).forEach(name -> known.put(Kind.SUM, name, 40));
    TestTask.attempt(2).commit(counters, "p", 1, known);

    TestTask.attempt(1).commit(counters, "p", 0, vector);

    SortedMap<String, Long> expected = new TreeMap<>(vector.sums());
    known.sums().forEach((name, value) -> expected.merge(name, value, Long::sum));
    assertThat(counters.totals()).isEqualTo(expected);
  }

  @Test
  void commit_sameVectorAgainInAnotherOrder_isADuplicate() {
    CounterVector backwards = new CounterVector();
    for (int i = 1_499; i >= 0; i--) {
      backwards.put(Kind.SUM, "name-" + i, 5 + i);
    }
    TestTask task = TestTask.attempt(1);
    task.commit(counters, "p", 0, large(1_500, 5));

    assertThat(task.commit(counters, "p", 0, backwards)).isEqualTo(new Committed());
    assertThat(TestTask.attempt(2).commit(counters, "p", 0, backwards))
        .isEqualTo(new Duplicate(false));
    assertThat(TestTask.attempt(3).commit(counters, "p", 0, large(1_500, 6)))
        .isEqualTo(new Duplicate(true));
    assertThat(counters.totals()).isEqualTo(large(1_500, 5).sums());
    assertThat(counters.conflicts()).hasSize(1);
  }

  @Test
  void commit_duplicate_leavesNoChunksBehind() {
    TestTask.attempt(1).commit(counters, "p", 0, large(1_500, 5));
    TestTask.attempt(2).commit(counters, "p", 0, large(1_500, 5));

    String keys = REDIS.ask("KEYS", "kindling:count:{" + run + "}:stage:*");
    assertThat(keys).isEqualTo("[" + stageKey() + "]");
  }

  @Test
  void fold_taskDiedBefore_isDoneByWhoeverWaits() {
    CounterVector vector = large(2_500, 1);
    Ledger.Entry entry = commitWithoutFolding(TestTask.attempt(1), vector);
    TestTask.attempt(2).commit(counters, "p", 1, "a", 1);
    assertThat(counters.totals()).isEqualTo(Map.of("a", 1L));
    assertThat(counters.isComplete("p")).isFalse();
    assertThat(counters.missing()).isEmpty();
    store.fold(where, entry.bytes, staged(entry), 0);
    assertThat(counters.totals()).hasSize(1_001);

    counters.awaitComplete(Duration.ZERO);

    assertThat(counters.totals()).hasSize(2_501).containsEntry("name-2499", 2_500L);
    assertThat(counters.isComplete()).isTrue();
  }

  @Test
  void fold_taskDiedBefore_isDoneByTheNextAttempt() {
    CounterVector vector = large(2_500, 1);
    Ledger.Entry entry = commitWithoutFolding(TestTask.attempt(1), vector);
    store.fold(where, entry.bytes, staged(entry), 0);

    assertThat(TestTask.attempt(2).commit(counters, "p", 0, vector))
        .isEqualTo(new Duplicate(false));

    assertThat(counters.totals()).isEqualTo(vector.sums());
    assertThat(counters.byPartition("p")).isEqualTo(Map.of(0, vector.sums()));
  }

  @Test
  void seal_withUnfoldedVector_foldsItAndRemovesItsChunks() {
    commitWithoutFolding(TestTask.attempt(1), large(1_200, 1));
    TestTask.attempt(2).commit(counters, "p", 1);
    String stage = stageKey();

    counters.seal();

    assertThat(counters.totals()).isEqualTo(large(1_200, 1).sums());
    assertThat(REDIS.ask("EXISTS", stage)).isEqualTo("0");
  }

  @Test
  void fold_sameChunkTwice_countsItOnce() {
    Ledger.Entry entry = commitWithoutFolding(TestTask.attempt(1), large(2_000, 1));

    assertThat(store.fold(where, entry.bytes, staged(entry), 1).outcome()).isEqualTo("CURSOR");
    assertThat(store.fold(where, entry.bytes, staged(entry), 0).outcome()).isEqualTo("OK");
    Reply again = store.fold(where, entry.bytes, staged(entry), 0);

    assertThat(again.outcome()).isEqualTo("CURSOR");
    assertThat(again.text(0)).isEqualTo("1");
    assertThat(counters.totals()).hasSize(1_000).containsEntry("name-0", 1L);
  }

  @Test
  void remove_interruptedAnywhere_goesOn() {
    CounterVector vector = large(3_000, Long.MIN_VALUE);
    TestTask.attempt(1).commit(counters, "p", 0, vector);
    Ledger.Entry entry = entry();
    assertThat(store.unfold(where, entry.bytes, staged(entry), 2).outcome()).isEqualTo("OK");

    assertThat(store.fold(where, entry.bytes, staged(entry), 2).outcome()).isEqualTo("WITHDRAWING");
    assertThat(counters.missing()).isEqualTo(Map.of("p", Set.of(0, 1)));
    assertThat(store.commit(where, RecordChange.remove(entry.bytes, 2, List.of())).outcome())
        .isEqualTo("FOLDED");

    assertThat(staging.remove(where, 2, entry.bytes, staged(entry))).isTrue();
    assertThat(counters.totals().values()).containsOnly(0L);
    assertThat(TestTask.attempt(2).commit(counters, "p", 0, "a", 1)).isEqualTo(new Committed());
  }

  @Test
  void commit_findsAVectorBeingTakenOut_finishesThatFirst() {
    TestTask.attempt(1).commit(counters, "p", 0, large(3_000, 1));
    Ledger.Entry entry = entry();
    store.unfold(where, entry.bytes, staged(entry), 2);

    assertThat(TestTask.attempt(2).commit(counters, "p", 0, "a", 1)).isEqualTo(new Committed());

    assertThat(counters.byPartition("p")).isEqualTo(Map.of(0, Map.of("a", 1L)));
    assertThat(counters.total("a")).isEqualTo(1);
    assertThat(counters.total("name-0")).isZero();
    assertThat(REDIS.ask("EXISTS", store.stage(where, staged(entry)))).isEqualTo("0");
  }

  @Test
  void commit_newerStageAttempt_replacesLargeBySmallAndBack() {
    TestTask.attempt(1).commit(counters, "p", 0, large(1_500, 1));

    assertThat(TestTask.attempt(2).ofStage(1, 1).commit(counters, "p", 0, "a", 1))
        .isEqualTo(new Replaced());
    assertThat(counters.total("name-1499")).isZero();
    assertThat(counters.total("a")).isEqualTo(1);

    assertThat(TestTask.attempt(3).ofStage(1, 2).commit(counters, "p", 0, large(1_500, 3)))
        .isEqualTo(new Replaced());
    assertThat(counters.total("name-1499")).isEqualTo(1_502);
    assertThat(counters.total("a")).isZero();

    assertThat(TestTask.attempt(4).ofStage(1, 3).commit(counters, "p", 0, large(1_500, 4)))
        .isEqualTo(new Replaced());
    assertThat(counters.total("name-1499")).isEqualTo(1_503);
  }

  @Test
  void commit_overflowInTheSecondChunk_leavesTheTotalsAsTheyWere() {
    TestTask.attempt(1).commit(counters, "p", 1, "name-1100", Long.MAX_VALUE);
    TestTask task = TestTask.attempt(2);

    assertThatExceptionOfType(CounterOverflowException.class)
        .isThrownBy(() -> task.commit(counters, "p", 0, large(1_500, 1)))
        .satisfies(e -> assertThat(e.counter()).isEqualTo("name-1100"));

    assertThat(counters.byPartition("p")).containsOnlyKeys(1);
    assertThat(counters.total("name-1100")).isEqualTo(Long.MAX_VALUE);
    assertThat(counters.total("name-0")).isZero();
    assertThat(counters.total("name-1200")).isZero();
  }

  @Test
  void commit_overflowAtTheEndOfAChunk_undoesWhatTheChunkAddedBefore() {
    CounterVector present = new CounterVector();
    present.put(Kind.SUM, "b", 7);
    present.put(Kind.SUM, "smallest", -1);
    present.put(Kind.SUM, "z", Long.MAX_VALUE);
    TestTask.attempt(1).commit(counters, "p", 1, present);
    SortedMap<String, Long> before = new TreeMap<>(counters.totals());
    CounterVector chunk = new CounterVector();
    for (int i = 1; i <= Staging.MAX_FIELDS; i++) {
      chunk.put(Kind.SUM, "name-" + i, i); // The first chunk.
    }
    chunk.put(Kind.SUM, "a", 1);
    chunk.put(Kind.SUM, "b", -3);
    chunk.put(Kind.SUM, "new smallest", Long.MIN_VALUE);
    chunk.put(Kind.SUM, "z", 1);

    assertThatExceptionOfType(CounterOverflowException.class)
        .isThrownBy(() -> TestTask.attempt(2).commit(counters, "p", 0, chunk))
        .withMessageContaining("the total is 9223372036854775807")
        .satisfies(e -> assertThat(e.counter()).isEqualTo("z"));

    assertThat(counters.totals().entrySet())
        .filteredOn(total -> total.getValue() != 0)
        .containsExactlyElementsOf(before.entrySet());
  }

  @Test
  void commit_stageExpiredMeanwhile_isRefusedByTheScript() {
    StagedVector staged = staging.upload(where, large(2_000, 1));
    REDIS.ask("HDEL", store.stage(where, staged), "1");
    CommitRecord record = new CommitRecord(TestTask.attempt(1).identity(), staged);

    Reply reply =
        store.commit(
            where,
            RecordChange.set(new byte[0], record, 2, NameDictionary.EMPTY, List.of(), "live"));

    assertThat(reply.outcome()).isEqualTo("STAGE");
    assertThat(counters.totals()).isEmpty();
    assertThat(counters.byPartition("p")).isEmpty();
  }

  @Test
  void byPartition_chunkLost_saysSo() {
    TestTask.attempt(1).commit(counters, "p", 0, large(2_000, 1));
    REDIS.ask("HDEL", stageKey(), "1");

    assertThatExceptionOfType(KindlingException.class)
        .isThrownBy(() -> counters.byPartition("p"))
        .withMessageStartingWith("Redis has lost chunk 1 of 2 of partition 0 of pass 'p'");
  }

  @Test
  void stage_timesToLive_areAnHourUntilCommitted() {
    StagedVector staged = staging.upload(where, large(1_500, 1));
    String uncommitted = store.stage(where, staged);
    TestTask.attempt(1).commit(counters, "p", 0, large(1_500, 1));

    assertThat(Long.parseLong(REDIS.ask("PTTL", uncommitted)))
        .isBetween(1L, Duration.ofHours(1).toMillis());
    assertThat(Long.parseLong(Objects.requireNonNull(REDIS.ask("PTTL", stageKey()))))
        .isGreaterThan(Duration.ofDays(6).toMillis());
  }
}
