package io.kindling.counters;

import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisScript;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/*
 * Large vectors. One script call must not hold up Redis for long, so a vector goes up in chunks
 * under a key of its own, the commit names that key, and then the chunks are folded into the
 * totals, one a call. The ledger has a cursor of how many are in, moved in the same step as the
 * totals, so any client may go on where another one died. Taking a vector out goes backwards; its
 * first step marks the partition, so that nobody folds meanwhile.
 */
final class Staging {
  /** In a full chunk, as the format and fold.lua have it, and in a commit without chunks. */
  static final int MAX_FIELDS = 1_000;

  /** A stage that no record names goes after this time. */
  private static final Duration UNCOMMITTED = Duration.ofHours(1);

  private static final RedisScript STAGE = RedisScript.fromClasspath(Staging.class, "stage.lua");

  private final CounterStore store;

  Staging(CounterStore store) {
    this.store = store;
  }

  /** Writes chunks under a key that nobody else has. */
  StagedVector upload(PartitionId where, CounterVector vector) {
    ChunkCodec.Chunks chunks = ChunkCodec.encode(vector);
    StagedVector staged =
        new StagedVector(
            chunks.list().size(),
            vector.size(),
            chunks.digest(),
            ThreadLocalRandom.current().nextLong());
    write(store.stage(where, staged), chunks.list());
    return staged;
  }

  private void write(String key, List<byte[]> chunks) {
    try (RedisPipeline pipeline = store.redis().pipeline()) {
      for (int i = 0; i < chunks.size(); i++) {
        pipeline.callWithText(
            STAGE, List.of(key), List.of(i, chunks.get(i), UNCOMMITTED.toMillis()));
      }
    }
  }

  /** Removes chunks that no record names. */
  void discard(PartitionId where, StagedVector staged) {
    store.redis().jedis().unlink(store.stage(where, staged));
  }

  /**
   * Adds to the totals what is not in them yet. Does nothing if the record was replaced or is being
   * taken out: whoever does that sees to the rest.
   *
   * @throws CounterOverflowException if a total would leave the 64-bit range
   */
  void fold(PartitionId where, byte[] record, StagedVector staged) {
    int index = 0;
    while (index < staged.chunks()) {
      Reply reply = store.fold(where, record, staged, index);
      switch (reply.outcome()) {
        case "OK" -> index++;
        case "CURSOR" -> index = Integer.parseInt(reply.text(0));
        case "EXISTS", "WITHDRAWING" -> {
          return;
        }
        case "STATE" -> {
          store.checkSealed(reply, "fold " + where);
          return;
        }
        case "OVERFLOW" ->
            throw new CounterOverflowException(
                reply.text(0), "Cannot fold " + where + ": the total is " + reply.text(1));
        default -> throw lost(where, index, staged);
      }
    }
  }

  /**
   * Takes a staged vector out of the totals and removes the record. Safe to repeat from any point.
   * Returns false if the record was not there any more, or the generation is sealed.
   */
  boolean remove(PartitionId where, int expectedPartitions, byte[] record, StagedVector staged) {
    int index = staged.chunks() - 1;
    while (index >= 0) {
      Reply reply = store.unfold(where, record, staged, index);
      switch (reply.outcome()) {
        case "OK" -> index--;
        case "CURSOR" -> index = Integer.parseInt(reply.text(0)) - 1;
        case "EXISTS" -> {
          return false;
        }
        case "STATE" -> {
          store.checkSealed(reply, "take out " + where);
          return false;
        }
        case "OVERFLOW" ->
            throw new CounterOverflowException(
                reply.text(0), "Cannot take out " + where + ": the total is " + reply.text(1));
        default -> throw lost(where, index, staged);
      }
      if (index < 0) {
        index = removeRecord(where, expectedPartitions, record, staged);
      }
    }
    return true;
  }

  /** Returns the index of a chunk that has been folded meanwhile, -1 if the record is gone. */
  private int removeRecord(
      PartitionId where, int expectedPartitions, byte[] record, StagedVector staged) {
    // First, so that a stage whose record has gone does not stay if this process dies here.
    byte[] key = CounterStore.utf8(store.stage(where, staged));
    store.redis().jedis().pexpire(key, UNCOMMITTED.toMillis());
    Reply reply = store.commit(where, RecordChange.remove(record, expectedPartitions, List.of()));
    if (reply.is("FOLDED")) {
      return Integer.parseInt(reply.text(0)) - 1;
    }
    if (reply.is("OK")) {
      store.redis().jedis().unlink(key);
    }
    return -1;
  }

  /** All counts of a staged vector. */
  CounterVector read(PartitionId where, StagedVector staged) {
    CounterVector vector = new CounterVector();
    byte[] key = CounterStore.utf8(store.stage(where, staged));
    for (int index = 0; index < staged.chunks(); index++) {
      byte[] chunk = store.redis().jedis().hget(key, CounterStore.utf8(String.valueOf(index)));
      if (chunk == null) {
        throw lost(where, index, staged);
      }
      ChunkCodec.decode(chunk, vector);
    }
    return vector;
  }

  private RuntimeException lost(PartitionId where, int index, StagedVector staged) {
    return store.failure("Redis has lost chunk %d of %d of %s", index, staged.chunks(), where);
  }
}
