package io.kindling.counters;

import io.kindling.core.RedisUnavailableException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * One partition's commit: who is first, who is the same, who takes whose place.
 *
 * A commit is a compare-and-set of the partition's record together with the totals. If another
 * record is there, it is judged here and the next compare-and-set starts from it; so whatever
 * happens in between, the totals are always the sum of the records. This also makes the commit safe
 * to repeat: whether the one whose reply was lost was executed is seen from the record.
 */
final class Committer {
  private static final byte[] NO_RECORD = new byte[0];

  /** After a lost connection. Redis has been tried for its retry-for each time. */
  private static final int MAX_TRIES = 3;

  /** Each round follows a change by somebody else. */
  private static final int MAX_ROUNDS = 100;

  private final CounterStore store;
  private final Staging staging;
  private final PartitionId where;
  private final int expectedPartitions;
  private final TaskIdentity task;
  private final CounterVector vector;
  private @Nullable StagedVector staged;

  /** The record that the next compare-and-set starts from, and what it counted. */
  private byte[] from = NO_RECORD;

  private Map<String, Long> fromSums = Map.of();
  private boolean replaced;

  Committer(
      CounterStore store,
      PartitionId where,
      int expectedPartitions,
      TaskIdentity task,
      CounterVector vector) {
    this.store = store;
    this.staging = new Staging(store);
    this.where = where;
    this.expectedPartitions = expectedPartitions;
    this.task = task;
    this.vector = vector;
  }

  /**
   * Commits.
   *
   * @throws CommitRefusedException if it cannot be right
   * @throws CounterOverflowException if a total would leave the 64-bit range
   * @throws RunClosedException if the run is not the one that was opened
   * @throws RedisUnavailableException if it could not be confirmed
   */
  Commit commit() {
    for (int tries = 1; ; tries++) {
      try {
        startAnew();
        Commit commit = decide();
        discardUnused(commit);
        return commit;
      } catch (RedisUnavailableException e) {
        if (tries == MAX_TRIES) {
          throw e;
        }
      }
    }
  }

  private void discardUnused(Commit commit) {
    if (staged != null && commit.equals(new Commit.Duplicate(/* conflict= */ false))) {
      staging.discard(where, staged);
    }
  }

  private void startAnew() {
    from = NO_RECORD;
    fromSums = Map.of();
  }

  private Commit decide() {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      RecordChange change = change();
      Reply reply = store.commit(where, change);
      switch (reply.outcome()) {
        case "OK" -> {
          replaced |= from.length > 0;
          return finished(change.to, staged);
        }
        case "EXISTS" -> {
          Commit decided = judge(reply.bytes(0), /* withdrawing= */ !reply.text(1).isEmpty());
          if (decided != null) {
            return decided;
          }
        }
        case "STATE" -> {
          store.checkSealed(reply, "commit " + where);
          return new Commit.Duplicate(/* conflict= */ false);
        }
        case "NAMES" -> NameDictionaries.read(store, where.pass());
        case "STAGE" -> staged = null; // It expired: upload again.
        case "PARTITIONS" -> throw store.otherPartitions(where.pass(), expectedPartitions, reply);
        case "OVERFLOW" ->
            throw new CounterOverflowException(
                reply.text(0), "Cannot commit " + where + ": the total is " + reply.text(1));
        default -> throw store.failure("Cannot commit %s: %s", where, reply.outcome());
      }
    }
    throw store.failure("Cannot commit %s, which changed %d times meanwhile,", where, MAX_ROUNDS);
  }

  /** The compare-and-set to try next. */
  private RecordChange change() {
    NameDictionary names = NameDictionary.EMPTY;
    if (vector.size() <= Staging.MAX_FIELDS) {
      names = NameDictionaries.with(store, where.pass(), vector);
    } else if (staged == null) {
      staged = staging.upload(where, vector);
    }
    return RecordChange.set(
        from,
        new CommitRecord(task, counts()),
        expectedPartitions,
        names,
        Increments.between(fromSums, staged == null ? vector.sums() : Map.of()),
        where.liveField(task));
  }

  private Counts counts() {
    return staged == null ? vector : staged;
  }

  /** The record stands. A large vector may still have to get into the totals. */
  private Commit finished(byte[] record, @Nullable StagedVector toFold) {
    fold(record, toFold);
    return replaced ? new Commit.Replaced() : new Commit.Committed();
  }

  /** Another attempt's record stands, which may have died before its vector was in the totals. */
  private Commit duplicateOf(byte[] record, @Nullable StagedVector toFold) {
    fold(record, toFold);
    return new Commit.Duplicate(/* conflict= */ false);
  }

  private void fold(byte[] record, @Nullable StagedVector toFold) {
    if (toFold != null) {
      try {
        staging.fold(where, record, toFold);
      } catch (CounterOverflowException e) {
        staging.remove(where, expectedPartitions, record, toFold);
        throw e;
      }
    }
  }

  /** What it comes to that another record is there; null to try again from it. */
  private @Nullable Commit judge(byte[] present, boolean withdrawing) {
    if (present.length == 0) { // The one to replace was removed meanwhile.
      startAnew();
      return null;
    }
    CommitRecord other = CommitRecord.decode(present, NameDictionaries.read(store, where.pass()));
    if (withdrawing) {
      takePlaceOf(present, other.counts());
      return null;
    }
    boolean same = other.counts().sameAs(counts());
    if (task.sameTaskAttempt(other.task())) {
      checkNonce(other.task());
      return same ? finished(present, stagedOf(other)) : conflict(present);
    }
    int newer = task.stageAttempt() - other.task().stageAttempt();
    if (!task.sameStage(other.task()) || newer == 0) {
      return same ? duplicateOf(present, stagedOf(other)) : conflict(present);
    }
    if (newer < 0 || same) {
      return duplicateOf(present, stagedOf(other));
    }
    replaced = true;
    takePlaceOf(present, other.counts());
    return null;
  }

  private void checkNonce(TaskIdentity other) {
    if (task.nonce() != other.nonce()) {
      throw new CommitRefusedException(
          "Cannot commit "
              + where
              + ": this task attempt has committed it before; use one TaskCounters a pass and task");
    }
  }

  /** A plain record is replaced in one step; a staged one is taken out first. */
  private void takePlaceOf(byte[] present, Counts counts) {
    if (counts instanceof StagedVector old) {
      staging.remove(where, expectedPartitions, present, old);
      startAnew();
    } else {
      from = present;
      fromSums = ((CounterVector) counts).sums();
    }
  }

  private @Nullable Commit conflict(byte[] present) {
    byte[] mine = change().to;
    Reply reply = store.conflict(where, present, mine);
    if (reply.is("EXISTS")) { // Another record since: judge that.
      startAnew();
      return null;
    }
    if (reply.is("STATE")) {
      store.checkSealed(reply, "commit " + where);
    }
    return new Commit.Duplicate(/* conflict= */ reply.is("OK"));
  }

  private static @Nullable StagedVector stagedOf(CommitRecord record) {
    return record.counts() instanceof StagedVector staged ? staged : null;
  }
}
