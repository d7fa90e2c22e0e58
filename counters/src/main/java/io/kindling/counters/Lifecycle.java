package io.kindling.counters;

import io.kindling.core.RedisConfig;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How runs and generations begin. Each change is one compare-and-set of the run's metadata. */
final class Lifecycle {
  private static final String NO_RUN = "";

  /** In place of an attempt. */
  private static final int SEALED = 0;

  private Lifecycle() {}

  /** A run's metadata: its id, empty if there is none, and the state of a series. */
  private record Found(CounterStore store, String state) {
    @Nullable SeriesState series() {
      return SeriesState.parse(state);
    }
  }

  /** A new run with its first generation. */
  static CounterStore open(RedisConfig config, String run, CountersOptions options) {
    Found found = find(config, run, Generation.BATCH, options);
    if (found.store().id().equals(Reset.REMOVING)) { // Interrupted on the way.
      Reset.run(found.store());
      found = find(config, run, Generation.BATCH, options);
    }
    if (!found.store().id().equals(NO_RUN)) {
      throw exists(run, config, found.state());
    }
    Generation first = new Generation(Generation.BATCH, 1, 1);
    CounterStore store = found.store().with(NO_RUN, first);
    String id = UUID.randomUUID().toString();
    Reply reply = store.begin(id, "", first.state());
    if (!reply.is("OK")) {
      throw exists(run, config, reply.text(1));
    }
    return store.with(id, first);
  }

  /** The last generation of a run, open or sealed. */
  static CounterStore resume(RedisConfig config, String run, CountersOptions options) {
    Found found = existing(config, run, options, "resume");
    return current(found, "resume");
  }

  /** The last generation of a run, in a new attempt, after all that it counted is taken out. */
  static CounterStore restart(RedisConfig config, String run, CountersOptions options) {
    Found found = existing(config, run, options, "restart");
    CounterStore old = current(found, "restart");
    if (!isOpen(old)) {
      throw new RunClosedException(
          "Cannot restart run '" + run + "' at " + config + ": " + found.series() + "; use next");
    }
    return newAttempt(old);
  }

  /** The generation after a sealed one. */
  static CounterStore next(RedisConfig config, String run, CountersOptions options) {
    Found found = existing(config, run, options, "continue");
    CounterStore last = current(found, "continue");
    Generation generation = last.generation();
    if (isOpen(last)) {
      throw new IncompleteRunException(
          "Cannot begin the next generation of run '"
              + run
              + "' at "
              + config
              + ": "
              + found.series()
              + "; seal, resume or restart it");
    }
    return begin(last, new Generation(generation.series(), generation.number() + 1, 1));
  }

  /** A run that counts streams; whatever it has counted goes on. */
  static CounterStore openStream(RedisConfig config, String run, CountersOptions options) {
    while (true) {
      CounterStore found = find(config, run, "", options).store();
      if (found.id().equals(Reset.REMOVING)) { // Interrupted on the way.
        Reset.run(found);
      } else if (!found.id().equals(NO_RUN)) {
        return found;
      } else {
        // If somebody else is first, the run is found next time.
        Reply unused = found.begin(UUID.randomUUID().toString(), "", "");
      }
    }
  }

  /**
   * A batch of a query. Its ids are consecutive, and each is sealed before Spark commits it.
   *
   * @throws IncompleteRunException if an earlier batch is not sealed
   */
  static CounterStore beginBatch(CounterStore run, String series, long number) {
    CounterStore last = lastBatch(run, series);
    if (isOpen(last) && last.generation().number() < number) {
      throw new IncompleteRunException(
          "Cannot begin batch "
              + number
              + " of query "
              + series
              + " in run '"
              + run.run()
              + "' at "
              + run.config()
              + ": batch "
              + last.generation().number()
              + " is not sealed");
    }
    return beginBatch(last, number);
  }

  /** A batch of a DStream, whose earlier ones will not come again. */
  static CounterStore beginBatchAfterAny(CounterStore run, String series, long number) {
    CounterStore last = lastBatch(run, series);
    if (isOpen(last) && last.generation().number() < number) {
      return begin(newAttempt(last), new Generation(series, number, 1));
    }
    return beginBatch(last, number);
  }

  private static CounterStore beginBatch(CounterStore last, long number) {
    Generation generation = last.generation();
    if (number > generation.number()) {
      return begin(last, new Generation(generation.series(), number, 1));
    }
    if (isOpen(last) && number == generation.number()) {
      return newAttempt(last);
    }
    return last.with(last.id(), new Generation(generation.series(), number, SEALED));
  }

  /** The last batch of a series, open or sealed; number -1 if it has none. */
  private static CounterStore lastBatch(CounterStore run, String series) {
    Generation none = new Generation(series, -1, SEALED);
    CounterStore store = run.with(run.id(), none);
    SeriesState state = store.seriesState("begin a batch");
    return state == null ? store : store.with(run.id(), state.of(series));
  }

  private static boolean isOpen(CounterStore store) {
    return store.generation().attempt() != SEALED;
  }

  /** The next attempt at an open generation, after all that it counted is taken out. */
  static CounterStore newAttempt(CounterStore old) {
    Generation generation = old.generation();
    CounterStore store = begin(old, generation.withAttempt(generation.attempt() + 1));
    new Revocation(store).revokeOlderAttempts();
    return store;
  }

  /** Begins a generation after another one of its series. */
  private static CounterStore begin(CounterStore last, Generation generation) {
    CounterStore store = last.with(last.id(), generation);
    String from = last.generation().state();
    Reply reply = store.begin(store.id(), from, generation.state());
    if (!reply.is("OK")) {
      throw new RunClosedException(
          "Cannot begin generation "
              + generation
              + " of run '"
              + last.run()
              + "' at "
              + last.config()
              + ": somebody else has begun or reset it meanwhile");
    }
    return store;
  }

  private static Found existing(
      RedisConfig config, String run, CountersOptions options, String verb) {
    Found found = find(config, run, Generation.BATCH, options);
    if (found.store().id().equals(NO_RUN) || found.store().id().equals(Reset.REMOVING)) {
      throw new RunClosedException(
          "Cannot " + verb + " run '" + run + "' at " + config + ": there is none");
    }
    return found;
  }

  private static CounterStore current(Found found, String verb) {
    SeriesState state = found.series();
    CounterStore store = found.store();
    if (state == null) {
      throw new RunClosedException(
          "Cannot "
              + verb
              + " run '"
              + store.run()
              + "' at "
              + store.config()
              + ": it counts a stream, open it by StreamCounters");
    }
    return store.with(store.id(), state.of(Generation.BATCH));
  }

  private static Found find(
      RedisConfig config, String run, String series, CountersOptions options) {
    Generation none = new Generation(series, 0, 0);
    CounterStore store = new CounterStore(config, run, NO_RUN, none, options.ttl().toMillis());
    List<String> meta =
        store.redis().jedis().hmget(store.keys().meta(), "id", none.field(), "format");
    String format = CounterStore.orEmpty(meta.get(2));
    if (!format.isEmpty() && !format.equals("1")) {
      throw new RecordFormatException(
          "Cannot use run '"
              + run
              + "' at "
              + config
              + ": format "
              + format
              + ", this build reads 1");
    }
    String id = CounterStore.orEmpty(meta.get(0));
    return new Found(store.with(id, none), CounterStore.orEmpty(meta.get(1)));
  }

  private static RunExistsException exists(String run, RedisConfig config, String state) {
    SeriesState series = SeriesState.parse(state);
    return new RunExistsException(
        "Cannot open run '"
            + run
            + "' at "
            + config
            + ": it exists, "
            + (series == null ? "for streams" : series)
            + "; resume, restart, continue with next, or reset it");
  }
}
