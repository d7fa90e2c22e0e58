package io.kindling.counters;

import com.google.errorprone.annotations.FormatMethod;
import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisScript;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An opened run in Redis, and the one place that calls its scripts. Travels to executors, where the
 * connection of the JVM is used; that is never closed, as it is shared by all tasks to come.
 *
 * @param config where Redis is
 * @param run its name
 * @param id of the run since it was opened; every write names it
 * @param generation that is counted; every write names its state
 * @param ttlMillis how long keys live after a write, 0 for ever
 */
record CounterStore(
    RedisConfig config, String run, String id, Generation generation, long ttlMillis)
    implements Serializable {
  private static final long serialVersionUID = 1;

  /** What has not been heard of for so long is not live. */
  static final long LIVE_MILLIS = 60_000;

  /** In place of the record of a task that has ended. */
  static final String NOT_LIVE = "";

  private static final Map<RedisConfig, Redis> HANDLES = new ConcurrentHashMap<>();

  private static final RedisScript BEGIN = script("begin.lua");
  private static final RedisScript EXPECT = script("expect.lua");
  private static final RedisScript NAMES = script("names.lua");
  private static final RedisScript COMMIT = script("commit.lua");
  private static final RedisScript CONFLICT = script("conflict.lua");
  private static final RedisScript FOLD = script("fold.lua");
  private static final RedisScript LIVE = script("live.lua");
  private static final RedisScript TIME = script("time.lua");
  private static final RedisScript SEAL = script("seal.lua");

  private static RedisScript script(String file) {
    return RedisScript.fromClasspath(CounterStore.class, file);
  }

  /** The connection of this JVM. */
  Redis redis() {
    return HANDLES.computeIfAbsent(config, Redis::connect);
  }

  CounterKeys keys() {
    return new CounterKeys(run);
  }

  CounterStore with(String newId, Generation newGeneration) {
    return new CounterStore(config, run, newId, newGeneration, ttlMillis);
  }

  /**
   * Moves the run from this store's id and a state to others. If Redis lost the metadata alone,
   * records of the run before this one may lie where those of the generation will; they go.
   *
   * @param from state that the series must have, empty for none
   * @param to new state, empty to leave it
   */
  Reply begin(String newId, String from, String to) {
    var keyList = new ArrayList<>(List.of(keys().meta(), keys().total(), keys().live()));
    Set<String> leftPasses = GenerationState.read(this, generation).passes().keySet();
    if (!leftPasses.isEmpty()) {
      leftPasses.forEach(pass -> keyList.add(keys().ledger(generation, pass)));
      keyList.add(keys().generation(generation));
    }
    return call(BEGIN, keyList, List.of(id, newId, generation.field(), from, to, ttlMillis));
  }

  /** Declares how many partitions a pass has. */
  Reply expect(String pass, int partitions) {
    return call(
        EXPECT,
        List.of(keys().meta(), keys().generation(generation)),
        List.of(id, generation.field(), generation.openState(), pass, partitions, ttlMillis));
  }

  /** A dictionary as it stands, which needs no right to write; null if the run is another one. */
  byte @Nullable [] names(String pass) {
    List<byte[]> found =
        redis().jedis().hmget(utf8(keys().meta()), utf8("id"), utf8("names:" + pass));
    if (found.get(0) == null || !id.equals(text(found.get(0)))) {
      return null;
    }
    return found.get(1) == null ? new byte[0] : found.get(1);
  }

  /** Appends to a dictionary, and returns it. */
  Reply names(String pass, byte[] seen, byte[] additions) {
    return call(NAMES, List.of(keys().meta()), List.of(id, pass, seen, additions, ttlMillis));
  }

  /** Sets, replaces or removes a partition's record, with the totals. */
  Reply commit(PartitionId where, RecordChange change) {
    var keyList =
        new ArrayList<>(
            List.of(
                keys().meta(),
                keys().generation(where.generation()),
                keys().total(),
                keys().ledger(where.generation(), where.pass()),
                keys().live()));
    if (change.staged != null) {
      keyList.add(stage(where, change.staged));
    }
    var args = new ArrayList<Object>();
    args.addAll(List.of(id, generation.field(), generation.openState()));
    args.addAll(List.of(where.pass(), change.expectedPartitions, where.partition()));
    args.addAll(List.of(change.from, change.to));
    args.addAll(List.of(change.names.lengthBytes(), change.names.sha1(), change.liveField));
    args.addAll(List.of(change.staged == null ? 0 : change.staged.chunks(), ttlMillis));
    args.addAll(change.increments);
    return call(COMMIT, keyList, args);
  }

  /** Keeps a record that contradicts a partition's. */
  Reply conflict(PartitionId where, byte[] present, byte[] other) {
    return call(
        CONFLICT,
        List.of(
            keys().meta(),
            keys().generation(where.generation()),
            keys().ledger(where.generation(), where.pass())),
        List.of(id, generation.field(), generation.openState(), where.partition(), present, other));
  }

  /** Adds a chunk to the totals. */
  Reply fold(PartitionId where, byte[] record, StagedVector staged, int index) {
    return moveChunk(where, record, staged, index, "+");
  }

  /** Takes a chunk out of the totals again. */
  Reply unfold(PartitionId where, byte[] record, StagedVector staged, int index) {
    return moveChunk(where, record, staged, index, "-");
  }

  private Reply moveChunk(
      PartitionId where, byte[] record, StagedVector staged, int index, String sign) {
    return call(
        FOLD,
        List.of(
            keys().meta(),
            keys().generation(where.generation()),
            keys().total(),
            keys().ledger(where.generation(), where.pass()),
            stage(where, staged)),
        List.of(
            id,
            generation.field(),
            generation.openState(),
            where.partition(),
            record,
            index,
            sign,
            ttlMillis));
  }

  /**
   * Tells how far tasks are.
   *
   * @param fields live field and record or {@link #NOT_LIVE} in turns
   */
  void live(List<Object> fields) {
    var args = new ArrayList<Object>(List.of(id, LIVE_MILLIS));
    args.addAll(fields);
    redis().scripts().call(LIVE, List.of(keys().meta(), keys().live()), args);
  }

  /**
   * Seals the generation.
   *
   * @param changes what the caller saw
   * @param extremes field, value seen or empty, new value in turns
   */
  Reply seal(long changes, List<String> extremes) {
    var args = new ArrayList<Object>();
    args.addAll(List.of(id, generation.field(), generation.openState(), generation.sealedState()));
    args.addAll(List.of(changes, ttlMillis));
    args.addAll(extremes);
    return call(SEAL, List.of(keys().meta(), keys().generation(generation)), args);
  }

  String stage(PartitionId where, StagedVector staged) {
    return keys().stage(where.generation(), where.pass(), where.partition(), staged.stageId());
  }

  /** Redis's clock. */
  long redisMillis() {
    Object reply = redis().scripts().call(TIME, List.of(keys().live()), List.of());
    return Objects.requireNonNull((Long) reply);
  }

  /** A hash as it stands, fields as text. */
  Map<String, byte[]> hash(String key) {
    var fields = new HashMap<String, byte[]>();
    redis().jedis().hgetAll(utf8(key)).forEach((field, value) -> fields.put(text(field), value));
    return fields;
  }

  /**
   * How far the series of this store's generation is; null if it has none.
   *
   * @throws RunClosedException if the run is gone or was opened anew
   */
  @Nullable SeriesState seriesState(String what) {
    List<String> found = redis().jedis().hmget(keys().meta(), "id", generation.field());
    checkId(orEmpty(found.get(0)), what);
    return SeriesState.parse(orEmpty(found.get(1)));
  }

  /** Whether the generation is sealed, rather than open. */
  boolean isSealed(String what) {
    return isSealed(seriesState(what), what);
  }

  /**
   * Returns if a reply says that this store's generation is sealed: what was to be written is in
   * the totals already.
   *
   * @param reply of outcome STATE, with id and state
   * @throws RunClosedException if the run is gone, was opened anew, or a newer attempt has begun
   */
  void checkSealed(Reply reply, String what) {
    checkId(reply.text(0), what);
    if (!isSealed(SeriesState.parse(reply.text(1)), what)) {
      throw failure("Cannot %s, which changed meanwhile,", what);
    }
  }

  private void checkId(String found, String what) {
    if (!found.equals(id)) {
      throw closed(
          what,
          found.isEmpty() ? "there is no such run (any more)" : "it was opened anew or reset");
    }
  }

  private boolean isSealed(@Nullable SeriesState found, String what) {
    if (found == null || found.number() < generation.number()) {
      throw closed(what, "Redis does not know its generation (any more)");
    }
    if (!found.open() || found.number() > generation.number()) {
      return true;
    }
    if (found.attempt() != generation.attempt()) {
      throw closed(what, "another attempt has begun: " + found);
    }
    return false;
  }

  static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private RunClosedException closed(String what, String why) {
    return new RunClosedException(
        String.format(
            "Cannot %s in generation %s of run '%s' at %s: %s",
            what, generation, run, config, why));
  }

  /** A pass was given another number of partitions than it has. */
  CommitRefusedException otherPartitions(String pass, int partitions, Reply reply) {
    return new CommitRefusedException(
        String.format(
            "Cannot count pass '%s' with %d partitions in generation %s of run '%s': it has %s",
            pass, partitions, generation, run, reply.text(0)));
  }

  /** A failure in this run. */
  @FormatMethod
  KindlingException failure(String format, Object... args) {
    return new KindlingException(
        String.format(format, args) + " in generation " + generation + " of run '" + run + "'");
  }

  private Reply call(RedisScript script, List<String> keyList, List<?> args) {
    return Reply.of(Objects.requireNonNull(redis().scripts().call(script, keyList, args)));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
