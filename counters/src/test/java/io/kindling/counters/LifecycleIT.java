package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Commit.Committed;
import io.kindling.counters.Commit.Duplicate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How runs and generations begin and end. */
class LifecycleIT {
  private static final TestRedis REDIS = TestRedis.shared();

  private final String run = TestRedis.prefix() + "run";
  private final Counters counters = Counters.open(REDIS.config(), run);

  private static void complete(Counters counters, long amount) {
    TestTask.attempt(1).commit(counters, "p", 0, "a", amount);
    TestTask.attempt(2).commit(counters, "p", 1, "a", amount);
  }

  private static CounterVector large() {
    CounterVector vector = new CounterVector();
    for (int i = 0; i < 2_500; i++) {
      vector.put(Kind.SUM, "name-" + i, i + 1);
    }
    return vector;
  }

  private List<String> keys() {
    String keys = REDIS.ask("KEYS", "kindling:count:{" + run + "}*");
    return Arrays.stream(keys.substring(1, keys.length() - 1).split(", ", -1)).sorted().toList();
  }

  @Test
  void open_existingRun_tellsItsState() {
    assertThatExceptionOfType(RunExistsException.class)
        .isThrownBy(() -> Counters.open(REDIS.config(), run))
        .withMessageContaining("Cannot open run '" + run + "'")
        .withMessageContaining("it exists, generation 1 is open in attempt 1; resume, restart");
    counters.seal();
    assertThatExceptionOfType(RunExistsException.class)
        .isThrownBy(() -> Counters.open(REDIS.config(), run))
        .withMessageContaining("generation 1 is sealed");
  }

  @Test
  void open_metadataWereLost_startsWithoutTheOldTotals() {
    complete(counters, 3);
    REDIS.ask("DEL", "kindling:count:{" + run + "}:meta");

    assertThat(Counters.open(REDIS.config(), run).totals()).isEmpty();
  }

  @Test
  void resume_noRun_isRefused() {
    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> Counters.resume(REDIS.config(), run + "-none"))
        .withMessageEndingWith(": there is none");
  }

  @Test
  void resume_incompleteRun_goesOn() {
    TestTask.attempt(1).commit(counters, "p", 0, "a", 1);

    Counters resumed = Counters.resume(REDIS.config(), run);

    assertThat(resumed.missing()).isEqualTo(Map.of("p", Set.of(1)));
    assertThat(TestTask.attempt(3).commit(resumed, "p", 0, "a", 1)).isEqualTo(new Duplicate(false));
    assertThat(TestTask.attempt(4).commit(resumed, "p", 1, "a", 1)).isEqualTo(new Committed());
    assertThat(resumed.totals()).isEqualTo(Map.of("a", 2L));
    resumed.seal();
  }

  @Test
  void seal_incomplete_saysWhatIsMissing() {
    counters.expect("q", 12);
    TestTask.attempt(1).commit(counters, "p", 0, "a", 1);

    assertThatExceptionOfType(IncompleteRunException.class)
        .isThrownBy(counters::seal)
        .withMessageStartingWith("Cannot seal generation batch.1.1 of run '" + run + "'")
        .withMessageEndingWith(
            ": pass 'p' lacks 1 of 2 partitions (1);"
                + " pass 'q' lacks 12 of 12 partitions (0, 1, 2, 3, 4, 5, 6, 7, 8, 9...)");
    assertThatExceptionOfType(IncompleteRunException.class)
        .isThrownBy(() -> counters.awaitComplete(Duration.ofMillis(1)))
        .withMessageContaining("pass 'p' lacks 1 of 2 partitions (1)");
  }

  @Test
  void seal_complete_leavesTotalsAlone() {
    complete(counters, 3);
    CounterVector extremes = new CounterVector();
    extremes.put(Kind.MINIMUM, "low", -5);
    extremes.put(Kind.MAXIMUM, "high", 5);
    TestTask.attempt(3).committer(counters, "x", 0, 1, extremes).commit();

    counters.seal();
    counters.seal();

    assertThat(keys())
        .containsExactly("kindling:count:{" + run + "}:meta", "kindling:count:{" + run + "}:total");
    assertThat(counters.isComplete()).isTrue();
    assertThat(counters.isComplete("p")).isTrue();
    assertThat(counters.missing()).isEmpty();
    assertThat(counters.minima()).isEqualTo(Map.of("low", -5L));
    assertThat(counters.maxima()).isEqualTo(Map.of("high", 5L));
    assertThat(TestTask.attempt(4).commit(counters, "p", 0, "a", 9))
        .isEqualTo(new Duplicate(false));
    counters.expect("p", 7);
    assertThat(counters.totals()).isEqualTo(Map.of("a", 6L));
    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> counters.byPartition("p"))
        .withMessageEndingWith(": it is sealed, which removes them");
  }

  @Test
  void seal_writtenMeanwhile_looksAgain() {
    CounterStore store = counters.store();
    TestTask.attempt(1).committer(counters, "x", 0, 1, extreme(5)).commit();
    long seen = GenerationState.read(store, store.generation()).changes();
    TestTask.attempt(2).commit(counters, "p", 0, "a", 1);
    long now = GenerationState.read(store, store.generation()).changes();

    assertThat(store.seal(seen, List.of()).outcome()).isEqualTo("CHANGED");
    assertThat(store.seal(now, List.of("max:high", "4", "5")).outcome()).isEqualTo("CHANGED");
    assertThat(counters.isComplete("x")).isTrue();
    assertThat(store.seal(now, List.of("max:high", "", "5")).outcome()).isEqualTo("OK");
    assertThat(store.seal(now, List.of()).outcome()).isEqualTo("STATE");
    assertThat(counters.maxima()).isEqualTo(Map.of("high", 5L));
  }

  @Test
  void commit_toAResumedSealedGeneration_isADuplicate() {
    complete(counters, 3);
    counters.seal();

    Counters resumed = Counters.resume(REDIS.config(), run);

    assertThat(TestTask.attempt(4).commit(resumed, "p", 0, "a", 9)).isEqualTo(new Duplicate(false));
    assertThat(resumed.totals()).isEqualTo(Map.of("a", 6L));
    resumed.seal();
  }

  @Test
  void next_afterSealed_countsOn() {
    complete(counters, 3);
    TestTask.attempt(3).committer(counters, "x", 0, 1, extreme(5)).commit();
    assertThatExceptionOfType(IncompleteRunException.class)
        .isThrownBy(() -> Counters.next(REDIS.config(), run))
        .withMessageContaining("generation 1 is open in attempt 1; seal, resume or restart it");
    counters.seal();

    Counters second = Counters.next(REDIS.config(), run);
    complete(second, 10);
    TestTask.attempt(3).committer(second, "x", 0, 1, extreme(4)).commit();

    assertThat(second.totals()).isEqualTo(Map.of("a", 26L));
    assertThat(second.maxima()).isEqualTo(Map.of("high", 5L));
    assertThat(TestTask.attempt(5).commit(counters, "p", 0, "a", 9))
        .isEqualTo(new Duplicate(false));
    second.seal();
    assertThat(Counters.resume(REDIS.config(), run).maxima()).isEqualTo(Map.of("high", 5L));
  }

  private static CounterVector extreme(long value) {
    CounterVector vector = new CounterVector();
    vector.put(Kind.MAXIMUM, "high", value);
    return vector;
  }

  @Test
  void restart_openGeneration_takesOutWhatItCounted() {
    complete(counters, 3);
    TestTask.attempt(3).commit(counters, "large", 0, large());

    Counters restarted = Counters.restart(REDIS.config(), run);

    assertThat(restarted.totals().values()).containsOnly(0L);
    assertThat(restarted.missing()).isEmpty();
    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> TestTask.attempt(4).commit(counters, "p", 0, "a", 9))
        .withMessageEndingWith(": another attempt has begun: generation 1 is open in attempt 2");
    assertThatExceptionOfType(RunClosedException.class).isThrownBy(() -> counters.byPartition("p"));
    complete(restarted, 4);
    assertThat(restarted.total("a")).isEqualTo(8);
    restarted.seal();
    assertThat(keys()).hasSize(2);
    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> Counters.restart(REDIS.config(), run))
        .withMessageEndingWith("generation 1 is sealed; use next");
  }

  @Test
  void restart_interruptedAnywhere_goesOnAtTheNext() {
    complete(counters, 3);
    TestTask.attempt(3).commit(counters, "large", 0, large());
    CounterStore old = counters.store();
    // A driver that dies in the middle: the attempt is raised, one partition and one chunk are out.
    CounterStore died = old.with(old.id(), old.generation().withAttempt(2));
    assertThat(died.begin(old.id(), "O 1 1", "O 1 2").outcome()).isEqualTo("OK");
    Ledger plain = Ledger.read(died, old.generation(), "p", 2);
    CounterVector counts = (CounterVector) plain.entry(0).record.counts();
    RecordChange remove = RecordChange.remove(plain.entry(0).bytes, 2, Increments.removing(counts));
    assertThat(died.commit(plain.where(0), remove).outcome()).isEqualTo("OK");
    Ledger large = Ledger.read(died, old.generation(), "large", 2);
    StagedVector staged = (StagedVector) large.entry(0).record.counts();
    assertThat(died.unfold(large.where(0), large.entry(0).bytes, staged, 2).outcome())
        .isEqualTo("OK");
    assertThat(died.commit(plain.where(0), remove).outcome()).isEqualTo("EXISTS");

    Counters restarted = Counters.restart(REDIS.config(), run);

    assertThat(restarted.store().generation().attempt()).isEqualTo(3);
    assertThat(restarted.totals().values()).containsOnly(0L);
    complete(restarted, 1);
    assertThat(restarted.total("a")).isEqualTo(2);
    restarted.seal();
    assertThat(keys()).hasSize(2);
  }

  @Test
  void restart_totalAtTheEndOfItsRange_findsAnOrder() {
    TestTask.attempt(1)
        .committer(counters, "p", 1, 3, TestTask.vector("a", Long.MAX_VALUE))
        .commit();
    TestTask.attempt(2).committer(counters, "p", 0, 3, TestTask.vector("a", -10)).commit();
    TestTask.attempt(3).committer(counters, "p", 2, 3, TestTask.vector("a", 10)).commit();

    Counters restarted = Counters.restart(REDIS.config(), run);

    assertThat(restarted.totals()).isEqualTo(Map.of("a", 0L));
  }

  @Test
  void reset_thenOpenedAnew_letsNothingOldIn() {
    complete(counters, 3);
    TestTask.attempt(3).commit(counters, "large", 0, large());
    counters.reset();
    assertThat(keys()).containsExactly("");
    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> TestTask.attempt(4).commit(counters, "p", 0, "a", 9))
        .withMessageEndingWith(": there is no such run (any more)");

    Counters anew = Counters.open(REDIS.config(), run);

    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> TestTask.attempt(4).commit(counters, "p", 0, "a", 9))
        .withMessageEndingWith(": it was opened anew or reset");
    assertThatExceptionOfType(RunClosedException.class).isThrownBy(counters::seal);
    assertThatExceptionOfType(RunClosedException.class).isThrownBy(() -> counters.expect("p", 2));
    assertThat(anew.totals()).isEmpty();
    // This JVM knows the old run's dictionary, in which "a" was the first name.
    TestTask.attempt(1).commit(anew, "p", 0, "b", 1, "a", 2);
    assertThat(anew.byPartition("p")).isEqualTo(Map.of(0, Map.of("a", 2L, "b", 1L)));
  }

  @Test
  void reset_interrupted_isFinishedByOpen() {
    complete(counters, 3);
    REDIS.ask("HSET", "kindling:count:{" + run + "}:meta", "id", Reset.REMOVING);

    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> Counters.resume(REDIS.config(), run));
    Counters anew = Counters.open(REDIS.config(), run);

    assertThat(anew.totals()).isEmpty();
    complete(anew, 1);
    assertThat(anew.totals()).isEqualTo(Map.of("a", 2L));
  }

  @Test
  void dictionary_lostItsTail_isNotTrusted() {
    TestTask.attempt(1).commit(counters, "p", 0, "a", 1);
    String meta = "kindling:count:{" + run + "}:meta";
    TestTask.attempt(2).commit(counters, "q", 0, "x", 1);
    REDIS.ask("HSET", meta, "names:q", REDIS.ask("HGET", meta, "names:p"));

    // The cached dictionary says that x is name 0; in Redis that is a.
    TestTask.attempt(3).commit(counters, "q", 1, "x", 5);

    assertThat(counters.byPartition("q").get(1)).isEqualTo(Map.of("x", 5L));
    REDIS.ask("HDEL", meta, "names:p");
    TestTask.attempt(4).commit(counters, "p", 1, "b", 7, "a", 2);
    assertThat(counters.byPartition("p").get(1)).isEqualTo(Map.of("b", 7L, "a", 2L));
  }

  @Test
  void dictionary_full_writesNamesOut() {
    for (int partition = 0; partition < 2; partition++) {
      CounterVector vector = new CounterVector();
      for (int i = 0; i < 700; i++) {
        vector.put(Kind.SUM, "name-" + partition + "-" + i, i + 1);
      }
      TestTask.attempt(partition).commit(counters, "p", partition, vector);
    }

    assertThat(counters.totals()).hasSize(1_400).containsEntry("name-1-699", 700L);
    assertThat(counters.byPartition("p").get(1)).hasSize(700).containsEntry("name-1-699", 700L);
    assertThat(NameDictionaries.read(counters.store(), "p").size()).isEqualTo(1_000);
  }

  @Test
  void commit_nameOfAnotherKind_isRefusedAsFarAsTheDictionaryKnows() {
    TestTask.attempt(1).commit(counters, "p", 0, "high", 1);
    CounterVector large = large();
    large.put(Kind.MAXIMUM, "high", 7);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TestTask.attempt(2).commit(counters, "p", 1, extreme(5)))
        .withMessage("Cannot use 'high' as a maximum: in this pass it is a sum");
    TestTask.attempt(3).commit(counters, "p", 1, large);

    assertThat(counters.total("high")).as("side by side").isEqualTo(1);
    assertThat(counters.maxima()).as("side by side").isEqualTo(Map.of("high", 7L));
  }

  @Test
  void byPartition_extremes_areNotInIt() {
    CounterVector vector = extreme(5);
    vector.put(Kind.SUM, "a", 1);
    TestTask.attempt(1).commit(counters, "p", 0, vector);
    TestTask.attempt(2).commit(counters, "p", 1, extreme(9));

    assertThat(counters.byPartition("p")).isEqualTo(Map.of(0, Map.of("a", 1L), 1, Map.of()));
    assertThat(counters.statistics("p")).containsOnlyKeys("a");
    assertThat(counters.maxima()).isEqualTo(Map.of("high", 9L));
  }

  @Test
  void keys_allButLive_haveTheTimeToLive() {
    TestTask.attempt(1).commit(counters, "p", 0, large());

    assertThat(keys()).hasSize(5);
    for (String key : keys()) {
      assertThat(Long.parseLong(REDIS.ask("PTTL", key)))
          .as(key)
          .isBetween(Duration.ofDays(6).toMillis(), Duration.ofDays(7).toMillis());
    }
  }

  @Test
  void keys_withTtlZero_stayForEver() {
    String forEver = run + "-for-ever";
    CountersOptions options = CountersOptions.defaults().withTtl(Duration.ZERO);
    Counters kept = Counters.open(REDIS.config(), forEver, options);
    TestTask.attempt(1).commit(kept, "p", 0, large());

    String keys = REDIS.ask("KEYS", "kindling:count:{" + forEver + "}*");
    for (String key : keys.substring(1, keys.length() - 1).split(", ", -1)) {
      assertThat(REDIS.ask("PTTL", key)).as(key).isEqualTo("-1");
    }
    kept.reset();
    assertThat(REDIS.ask("KEYS", "kindling:count:{" + forEver + "}*")).isEqualTo("[]");
  }

  @Test
  void renewal_ofAPassThatIsOver_keepsItsLedgerAndChunks() {
    TestTask.attempt(1).commit(counters, "p", 0, large());
    keys().forEach(key -> REDIS.ask("PEXPIRE", key, "60000"));

    Renewal.renew(counters.store());

    for (String key : keys()) {
      assertThat(Long.parseLong(REDIS.ask("PTTL", key))).as(key).isGreaterThan(60_000);
    }
  }
}
