package io.kindling.ml.spark.factor;

import io.kindling.ml.factor.FactorBatch;
import io.kindling.ml.factor.FactorBlock;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.FactorsDivergedException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How one batch is learned: pull, learn, check, push. */
final class BatchLearning {

  private final TrainerOptions options;
  private final FactorTable table;
  private final FactorProgress before;
  private final Learner learner;

  BatchLearning(TrainerOptions options, FactorTable table, FactorProgress before) {
    this.options = options;
    this.table = table;
    this.before = before;
    this.learner =
        new Learner(
            options.rule(), options.globalMean(before), table.seed(), before.sequence() + 1);
  }

  /**
   * Learns and pushes; the caller commits. A batch that is too large for the driver is read twice.
   *
   * @param source the batch
   * @param bounds what of it is learned
   * @param log takes the events that are learned, before anything is pushed
   */
  Learned learn(
      EventSource<?> source, EventFilter.Bounds bounds, String stream, long batch, EventLog log) {
    int few = options.smallBatch();
    List<EventBlock> blocks = source.read(bounds, few);
    long total = blocks.stream().mapToLong(EventBlock::size).sum();
    return total > few
        ? new Strata(options, table, before, learner)
            .learn(source.blocks(bounds), stream, batch, log)
        : learn(EventBlock.merged(blocks), stream, batch, log);
  }

  /** In the driver. */
  private Learned learn(EventBlock events, String stream, long batch, EventLog log) {
    FactorBlock users = table.pull(FactorKind.USER, events.users(), learner.sequence(), before);
    FactorBlock items = table.pull(FactorKind.ITEM, events.items(), learner.sequence(), before);
    learner.learn(events, users, items, /* stratum= */ -1);
    check(users);
    check(items);
    log.write(events, stream, batch);
    Set<Integer> userBuckets = table.push(users, learner.sequence());
    Set<Integer> itemBuckets = table.push(items, learner.sequence());
    return new Learned(
        new FactorBatch(
            stream,
            batch,
            events.ratingSum(),
            events.size(),
            events.newest(),
            userBuckets,
            itemBuckets),
        Arrays.stream(events.refused()).boxed().toList());
  }

  private void check(FactorBlock block) {
    String diverged = diverged(block, options.settings().maxNorm());
    if (diverged != null) {
      throw divergedException(table, learner.sequence(), diverged);
    }
  }

  static @Nullable String diverged(FactorBlock block, double maxNorm) {
    int index = block.diverged(maxNorm);
    return index < 0
        ? null
        : String.format(
            "%s %d has the norm %s, allowed is %s",
            block.kind(), block.id(index), block.at(index).norm(), maxNorm);
  }

  static FactorsDivergedException divergedException(
      FactorTable table, long sequence, String diverged) {
    return new FactorsDivergedException(
        String.format(
            "Cannot keep what batch %d taught %s: %s; nothing of the batch was written",
            sequence, table, diverged));
  }
}
