package io.kindling.ml.factor;

import io.kindling.core.Redis;
import io.kindling.core.RedisKeys;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisScript;
import io.kindling.core.RedisScripts;
import io.kindling.ml.format.ModelFormatException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * The buckets of one version: what is read and written of them, command by command, as {@code
 * docs/format/factors-v1.md} lays them down.
 */
final class FactorBuckets {

  /** Fields of a command: some 100 KB at a rank of 32. */
  private static final int STEP = 500;

  private static final byte[] LAST = utf8("last");
  private static final String DONE = "OK";
  private static final RedisScript PUSH =
      RedisScript.fromClasspath(FactorBuckets.class, "push.lua");

  private final Redis redis;
  private final FactorHash hash;
  private final String version;
  private final FactorMetadata metadata;

  FactorBuckets(Redis redis, FactorHash hash, String version, FactorMetadata metadata) {
    this.redis = redis;
    this.hash = hash;
    this.version = version;
    this.metadata = metadata;
  }

  /**
   * The states of some ids.
   *
   * @param wanted in any order, perhaps more than once
   * @param sequence of the batch that is to learn from them
   * @param progress before that batch; null to read without asking who else has written
   */
  FactorBlock fetch(
      FactorKind kind, int[] wanted, long sequence, @Nullable FactorProgress progress) {
    int[] ids = Arrays.stream(wanted).sorted().distinct().toArray();
    Factors[] factors = new Factors[ids.length];
    boolean[] known = new boolean[ids.length];
    List<Fetch> fetches = new ArrayList<>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      byBucket(ids)
          .forEach(
              (bucket, indices) -> {
                byte[] key = utf8(key(kind, bucket));
                for (List<Integer> step : steps(indices)) {
                  byte[][] fields = new byte[step.size() + 1][];
                  fields[0] = LAST;
                  for (int i = 0; i < step.size(); i++) {
                    fields[i + 1] = field(ids[step.get(i)]);
                  }
                  fetches.add(new Fetch(bucket, step, pipeline.hmget(key, fields)));
                }
              });
    }
    for (Fetch fetch : fetches) {
      List<byte[]> values = fetch.values.get();
      if (progress != null) {
        checkLast(kind, fetch.bucket, values.get(0), sequence, progress);
      }
      for (int i = 0; i < fetch.indices.size(); i++) {
        int index = fetch.indices.get(i);
        byte[] value = values.get(i + 1);
        byte[] state = value == null ? null : record(kind, ids[index], value).before(sequence);
        known[index] = state != null;
        factors[index] =
            state == null
                ? unknown(kind, ids[index])
                : FactorRecord.decodeState(state, metadata.k());
      }
    }
    return new FactorBlock(kind, ids, factors, known);
  }

  /** What the seed gives. */
  private Factors unknown(FactorKind kind, int id) {
    return new Factors(InitialVectors.of(metadata.seed(), kind, id, metadata.k()));
  }

  private void checkLast(
      FactorKind kind,
      int bucket,
      byte @Nullable [] value,
      long sequence,
      FactorProgress progress) {
    long last = value == null ? 0 : last(kind, bucket, new String(value, StandardCharsets.UTF_8));
    if (last > sequence) {
      throw ahead(kind, bucket, sequence, last);
    }
    if (last < progress.lastOf(kind, bucket)) {
      throw new FactorStoreBehindException(
          String.format(
              "Cannot learn batch %d of %s: '%s' was last written by batch %d, and batch %d has"
                  + " written there: Redis has lost writes",
              sequence, where(), key(kind, bucket), last, progress.lastOf(kind, bucket)));
    }
  }

  private long last(FactorKind kind, int bucket, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ModelFormatException(
          String.format(
              "Cannot read '%s' of %s: 'last' is not a number", key(kind, bucket), where()));
    }
  }

  private FactorStoreAheadException ahead(FactorKind kind, int bucket, long sequence, long last) {
    return new FactorStoreAheadException(
        String.format(
            "Cannot learn batch %d of %s: batch %d has written to '%s': another trainer is ahead",
            sequence, where(), last, key(kind, bucket)));
  }

  private FactorRecord record(FactorKind kind, int id, byte[] value) {
    try {
      return FactorRecord.decode(value, metadata.k());
    } catch (ModelFormatException e) {
      throw new ModelFormatException(
          String.format(
              "Cannot read record '%d' of '%s' (%d bytes, k %d): %s",
              id, key(kind, metadata.bucket(id)), value.length, metadata.k(), e.getMessage()));
    }
  }

  /**
   * Writes whole records.
   *
   * @param records by bucket: id and record, one after the other
   */
  void push(FactorKind kind, Map<Integer, List<byte[]>> records, long sequence) {
    Map<Response<Object>, Integer> replies = new HashMap<>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      records.forEach(
          (bucket, pairs) -> {
            List<String> keys = List.of(key(kind, bucket));
            for (int first = 0; first < pairs.size(); first += 2 * STEP) {
              List<Object> args = new ArrayList<>();
              args.add(sequence);
              args.addAll(pairs.subList(first, Math.min(first + 2 * STEP, pairs.size())));
              replies.put(pipeline.call(PUSH, keys, args), bucket);
            }
          });
    }
    replies.forEach(
        (reply, bucket) -> {
          String text = String.valueOf(RedisScripts.text(reply.get()));
          if (!text.equals(DONE)) {
            throw ahead(kind, bucket, sequence, last(kind, bucket, text));
          }
        });
  }

  /** Writes records of states before the first batch. */
  void fill(FactorKind kind, Map<Integer, Factors> factors) {
    try (RedisPipeline pipeline = redis.pipeline()) {
      factors.forEach(
          (id, one) ->
              pipeline.hset(
                  utf8(key(kind, metadata.bucket(id))),
                  field(id),
                  new FactorRecord(0, FactorRecord.encodeState(one), null).encode()));
    }
  }

  /** Shows the vectors of a bucket as they are now, each once. */
  void forEach(FactorKind kind, int bucket, FactorTable.Visitor visitor) {
    byte[] key = utf8(key(kind, bucket));
    ScanParams step = new ScanParams().count(STEP);
    Set<Integer> seen = new TreeSet<>(); // A scan may show a field twice.
    byte[] cursor = ScanParams.SCAN_POINTER_START_BINARY;
    do {
      ScanResult<Map.Entry<byte[], byte[]>> found = redis.jedis().hscan(key, cursor, step);
      for (Map.Entry<byte[], byte[]> entry : found.getResult()) {
        if (!Arrays.equals(entry.getKey(), LAST)) {
          int id = id(kind, bucket, entry.getKey());
          if (seen.add(id)) {
            visitor.visit(
                id,
                FactorRecord.decodeState(
                    record(kind, id, entry.getValue()).current(), metadata.k()));
          }
        }
      }
      cursor = found.getCursorAsBytes();
    } while (!Arrays.equals(cursor, ScanParams.SCAN_POINTER_START_BINARY));
  }

  /** How many users, or items, have a record. */
  long count(FactorKind kind) {
    List<Response<Long>> lengths = new ArrayList<>();
    List<Response<Boolean>> written = new ArrayList<>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (int bucket = 0; bucket < metadata.buckets(); bucket++) {
        byte[] key = utf8(key(kind, bucket));
        lengths.add(pipeline.hlen(key));
        written.add(pipeline.hexists(key, LAST));
      }
    }
    long count = 0;
    for (int bucket = 0; bucket < metadata.buckets(); bucket++) {
      count += lengths.get(bucket).get() - (written.get(bucket).get() ? 1 : 0);
    }
    return count;
  }

  private int id(FactorKind kind, int bucket, byte[] field) {
    String text = new String(field, StandardCharsets.UTF_8);
    try {
      int id = Integer.parseInt(text);
      if (text.equals(Integer.toString(id))) {
        return id;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new ModelFormatException(
        String.format(
            "Cannot read '%s' of %s: it has a field that is no id", key(kind, bucket), where()));
  }

  /** The records of a command. */
  private record Fetch(int bucket, List<Integer> indices, Response<List<byte[]>> values) {}

  private Map<Integer, List<Integer>> byBucket(int[] ids) {
    Map<Integer, List<Integer>> indices = new TreeMap<>();
    for (int i = 0; i < ids.length; i++) {
      indices.computeIfAbsent(metadata.bucket(ids[i]), bucket -> new ArrayList<>()).add(i);
    }
    return indices;
  }

  private static List<List<Integer>> steps(List<Integer> indices) {
    List<List<Integer>> steps = new ArrayList<>();
    for (int first = 0; first < indices.size(); first += STEP) {
      steps.add(indices.subList(first, Math.min(first + STEP, indices.size())));
    }
    return steps;
  }

  private String key(FactorKind kind, int bucket) {
    return key(hash.name(), version, kind, bucket);
  }

  /** Name and bucket stand in braces together: a cluster spreads them. */
  static String key(String name, String version, FactorKind kind, int bucket) {
    return RedisKeys.of(
        FactorHash.PREFIX, name + ":" + bucket, version, kind == FactorKind.USER ? "u" : "i");
  }

  private String where() {
    return hash.where(version);
  }

  static byte[] field(int id) {
    return utf8(Integer.toString(id));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
