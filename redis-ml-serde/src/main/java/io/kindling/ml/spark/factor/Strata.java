package io.kindling.ml.spark.factor;

import io.kindling.ml.factor.FactorBatch;
import io.kindling.ml.factor.FactorBlock;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorHandle;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorTable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.HashPartitioner;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Learns a large batch in tasks that share no vector.
 *
 * <p>Driver only.
 */
final class Strata {

  /*
   * Distributed stochastic gradient descent [1]. Users and items are cut into P blocks each by their
   * ids, and so the events into P x P cells. In each of P steps every block of users meets one block
   * of items: P cells without a common row or column, a stratum, which P tasks learn at once. The
   * blocks of users stay where they are, those of items move on. Which stratum comes when is a
   * permutation drawn for the batch, and the events of a cell are shuffled for the batch: both from
   * numbers, so that neither cores nor retries change a bit.
   *
   * A task that is run again begins with what it was given: vectors are copied before they learn,
   * and what is pulled for a batch stays what it was before the batch.
   *
   * [1] Gemulla, Nijkamp, Haas, Sismanis, "Large-scale matrix factorization with distributed
   *     stochastic gradient descent", KDD 2011.
   */

  private final TrainerOptions options;
  private final FactorTable table;
  private final FactorProgress before;
  private final Learner learner;
  private final int numBlocks;
  private final Partitioner partitioner;

  Strata(TrainerOptions options, FactorTable table, FactorProgress before, Learner learner) {
    this.options = options;
    this.table = table;
    this.before = before;
    this.learner = learner;
    this.numBlocks = options.blocks();
    this.partitioner = new HashPartitioner(numBlocks);
  }

  /** The block of an id; another hash than that of the buckets. */
  static int block(int id, int numBlocks) {
    int h = id * 0x9e3779b9;
    h ^= h >>> 15;
    h *= 0x2c1b3c6d;
    h ^= h >>> 12;
    return Integer.remainderUnsigned(h, numBlocks);
  }

  /** What a task holds between two steps. */
  private static final class Share implements Serializable {
    private static final long serialVersionUID = 1;

    private final EventBlock events;
    private final FactorBlock users;
    private final @Nullable FactorBlock items;
    private final int itemBlock;

    Share(EventBlock events, FactorBlock users, @Nullable FactorBlock items, int itemBlock) {
      this.events = events;
      this.users = users;
      this.items = items;
      this.itemBlock = itemBlock;
    }
  }

  /** What a task has to tell of its vectors. */
  private static final class Pushed implements Serializable {
    private static final long serialVersionUID = 1;

    private final int[] userBuckets;
    private final int[] itemBuckets;

    Pushed(Set<Integer> userBuckets, Set<Integer> itemBuckets) {
      this.userBuckets = userBuckets.stream().mapToInt(Integer::intValue).toArray();
      this.itemBuckets = itemBuckets.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /** What a task has to tell of its events. */
  private static final class Sums implements Serializable {
    private static final long serialVersionUID = 1;

    private final double ratingSum;
    private final long count;
    private final long newest;
    private final long[] refused;
    private final @Nullable String diverged;

    Sums(EventBlock events, @Nullable String diverged) {
      this.ratingSum = events.ratingSum();
      this.count = events.size();
      this.newest = events.newest();
      this.refused = events.refused();
      this.diverged = diverged;
    }
  }

  Learned learn(JavaRDD<EventBlock> blocks, String stream, long batch, EventLog log) {
    List<JavaRDD<?>> kept = new ArrayList<>();
    try {
      JavaRDD<EventBlock> events = keep(kept, byUserBlock(blocks));
      int[] turns = EventBlock.shuffled(numBlocks, learner.seed(), learner.sequence());
      JavaRDD<Share> shares =
          keep(kept, events.zipPartitions(pulledUsers(events), Strata::withUsers));
      JavaPairRDD<Integer, FactorBlock> items = pulledItems(events);
      for (int step = 0; step < numBlocks; step++) {
        shares = keep(kept, step(shares, items, turns[step]));
        items = shares.mapPartitionsToPair(Strata::movingItems);
      }
      Learned learned = sums(shares, stream, batch);
      log.write(events, stream, batch);
      return pushed(shares, learned);
    } finally {
      kept.forEach(JavaRDD::unpersist);
    }
  }

  private static <T> JavaRDD<T> keep(List<JavaRDD<?>> kept, JavaRDD<T> rdd) {
    kept.add(rdd.persist(StorageLevel.MEMORY_AND_DISK()));
    return rdd;
  }

  /** One block a partition, sorted, without duplicates. */
  private JavaRDD<EventBlock> byUserBlock(JavaRDD<EventBlock> blocks) {
    int count = numBlocks;
    return blocks
        .flatMapToPair(block -> split(block, count).iterator())
        .partitionBy(partitioner)
        .mapPartitions(
            pieces -> {
              List<EventBlock> all = new ArrayList<>();
              pieces.forEachRemaining(piece -> all.add(piece._2()));
              return List.of(EventBlock.merged(all)).iterator();
            },
            /* preservesPartitioning= */ true);
  }

  private static List<Tuple2<Integer, EventBlock>> split(EventBlock block, int count) {
    List<List<FactorEvent>> pieces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pieces.add(new ArrayList<>());
    }
    for (int i = 0; i < block.size(); i++) {
      pieces.get(block(block.user(i), count)).add(block.event(i));
    }
    List<Tuple2<Integer, EventBlock>> split = new ArrayList<>();
    long[] refused = block.refused();
    for (int i = 0; i < count; i++) {
      split.add(new Tuple2<>(i, EventBlock.of(pieces.get(i), refused)));
      refused = new long[refused.length]; // Once is enough.
    }
    return split;
  }

  private JavaRDD<FactorBlock> pulledUsers(JavaRDD<EventBlock> events) {
    FactorHandle handle = table.handle();
    FactorProgress known = before;
    long sequence = learner.sequence();
    return events.map(block -> handle.open().pull(FactorKind.USER, block.users(), sequence, known));
  }

  private static Iterator<Share> withUsers(
      Iterator<EventBlock> events, Iterator<FactorBlock> users) {
    return List.of(new Share(events.next(), users.next(), null, 0)).iterator();
  }

  /** The blocks of items by their numbers. */
  private JavaPairRDD<Integer, FactorBlock> pulledItems(JavaRDD<EventBlock> events) {
    FactorHandle handle = table.handle();
    FactorProgress known = before;
    long sequence = learner.sequence();
    int count = numBlocks;
    return events
        .flatMapToPair(block -> itemIds(block, count).iterator())
        .partitionBy(partitioner)
        .mapPartitionsToPair(
            pieces -> {
              TreeMap<Integer, Set<Integer>> ids = new TreeMap<>();
              pieces.forEachRemaining(
                  piece -> {
                    Set<Integer> set = ids.computeIfAbsent(piece._1(), block -> new HashSet<>());
                    Arrays.stream(piece._2()).forEach(set::add);
                  });
              FactorTable pulled = handle.open();
              List<Tuple2<Integer, FactorBlock>> blocks = new ArrayList<>();
              ids.forEach(
                  (block, set) ->
                      blocks.add(
                          new Tuple2<>(
                              block,
                              pulled.pull(
                                  FactorKind.ITEM,
                                  set.stream().mapToInt(Integer::intValue).toArray(),
                                  sequence,
                                  known))));
              return blocks.iterator();
            });
  }

  /** Every block of items, also those without any, so that all of them move. */
  private static List<Tuple2<Integer, int[]>> itemIds(EventBlock events, int count) {
    List<Set<Integer>> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(new HashSet<>());
    }
    for (int item : events.items()) {
      ids.get(block(item, count)).add(item);
    }
    List<Tuple2<Integer, int[]>> split = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      split.add(new Tuple2<>(i, ids.get(i).stream().mapToInt(Integer::intValue).toArray()));
    }
    return split;
  }

  /** User block u meets item block u + turn. */
  private JavaRDD<Share> step(
      JavaRDD<Share> shares, JavaPairRDD<Integer, FactorBlock> items, int turn) {
    int count = numBlocks;
    Learner own = learner;
    JavaRDD<Tuple2<Integer, FactorBlock>> moved =
        items
            .mapToPair(
                block ->
                    new Tuple2<>(
                        Math.floorMod(block._1() - turn, count),
                        new Tuple2<>(block._1(), block._2())))
            .partitionBy(partitioner)
            .map(Tuple2::_2);
    return shares.zipPartitions(
        moved,
        (mine, theirs) -> {
          Share share = mine.next();
          Tuple2<Integer, FactorBlock> block = theirs.next();
          return List.of(learned(own, share, block._1(), block._2(), count)).iterator();
        });
  }

  private static Share learned(
      Learner learner, Share share, int itemBlock, FactorBlock pulled, int count) {
    FactorBlock users = share.users.copy();
    FactorBlock items = pulled.copy();
    int userBlock = -1;
    List<FactorEvent> cell = new ArrayList<>();
    for (int i = 0; i < share.events.size(); i++) {
      if (block(share.events.item(i), count) == itemBlock) {
        cell.add(share.events.event(i));
        userBlock = block(share.events.user(i), count);
      }
    }
    if (!cell.isEmpty()) {
      EventBlock events = EventBlock.of(cell, Refusal.counts());
      learner.learn(events, users, items, userBlock * count + itemBlock);
    }
    return new Share(share.events, users, items, itemBlock);
  }

  private static Iterator<Tuple2<Integer, FactorBlock>> movingItems(Iterator<Share> shares) {
    Share share = shares.next();
    return List.of(new Tuple2<>(share.itemBlock, Objects.requireNonNull(share.items))).iterator();
  }

  private Learned sums(JavaRDD<Share> shares, String stream, long batch) {
    double maxNorm = options.settings().maxNorm();
    double ratingSum = 0;
    long count = 0;
    long newest = Long.MIN_VALUE;
    long[] refused = Refusal.counts();
    for (Sums sums :
        shares.map(share -> new Sums(share.events, diverged(share, maxNorm))).collect()) {
      if (sums.diverged != null) {
        throw BatchLearning.divergedException(table, learner.sequence(), sums.diverged);
      }
      ratingSum += sums.ratingSum;
      count += sums.count;
      newest = Math.max(newest, sums.newest);
      for (int i = 0; i < refused.length; i++) {
        refused[i] += sums.refused[i];
      }
    }
    return new Learned(
        new FactorBatch(stream, batch, ratingSum, count, newest, Set.of(), Set.of()),
        Arrays.stream(refused).boxed().toList());
  }

  private static @Nullable String diverged(Share share, double maxNorm) {
    String users = BatchLearning.diverged(share.users, maxNorm);
    return users != null
        ? users
        : BatchLearning.diverged(Objects.requireNonNull(share.items), maxNorm);
  }

  private Learned pushed(JavaRDD<Share> shares, Learned learned) {
    FactorHandle handle = table.handle();
    long sequence = learner.sequence();
    Set<Integer> userBuckets = new HashSet<>();
    Set<Integer> itemBuckets = new HashSet<>();
    List<Pushed> all =
        shares
            .map(
                share -> {
                  FactorTable target = handle.open();
                  return new Pushed(
                      target.push(share.users, sequence),
                      target.push(Objects.requireNonNull(share.items), sequence));
                })
            .collect();
    for (Pushed pushed : all) {
      Arrays.stream(pushed.userBuckets).forEach(userBuckets::add);
      Arrays.stream(pushed.itemBuckets).forEach(itemBuckets::add);
    }
    FactorBatch batch = learned.batch();
    return new Learned(
        new FactorBatch(
            batch.stream(),
            batch.batch(),
            batch.ratingSum(),
            batch.ratingCount(),
            batch.newest(),
            userBuckets,
            itemBuckets),
        learned.refused());
  }
}
