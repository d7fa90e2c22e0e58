package io.kindling.bench;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kindling.core.testing.TestRedis;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/**
 * A client of a dispatcher's queue as anybody may write one: pushes with RPUSH, hears of the end on
 * the channel, reads the record.
 */
final class RawQueue implements AutoCloseable {
  private static final long LIMIT_SECONDS = 300;
  private static final Gson GSON = new Gson();

  private final String base;
  private final String dataset;
  private final Jedis jedis;
  private final Jedis listening;
  private final JedisPubSub listener;
  private final Thread thread;
  private final Map<String, CountDownLatch> pending = new ConcurrentHashMap<>();
  private long pushes;

  RawQueue(TestRedis server, String queue, String dataset) {
    base = "kindling:queue:{" + queue + "}:";
    this.dataset = dataset;
    jedis = new Jedis("127.0.0.1", server.port());
    listening = new Jedis("127.0.0.1", server.port(), 0);
    CountDownLatch subscribed = new CountDownLatch(1);
    listener =
        new JedisPubSub() {
          @Override
          public void onSubscribe(String channel, int channels) {
            subscribed.countDown();
          }

          @Override
          public void onMessage(String channel, String id) {
            CountDownLatch latch = pending.remove(id);
            if (latch != null) {
              latch.countDown();
            }
          }
        };
    thread = new Thread(() -> listening.subscribe(listener, base + "done"), "bench-done");
    thread.setDaemon(true);
    thread.start();
    await(subscribed);
  }

  /** What a count was answered with. */
  record Answer(long count, boolean fast) {}

  /** Commands that were pushed together. */
  final class Pushed {
    private final List<String> ids;
    private final CountDownLatch ended;

    private Pushed(List<String> ids, CountDownLatch ended) {
      this.ids = ids;
      this.ended = ended;
    }

    /** Waits for all and reads their results, in the order of the queries. */
    List<JsonObject> await() {
      RawQueue.await(ended);
      List<Response<List<String>>> records = new ArrayList<>();
      try (Pipeline pipeline = jedis.pipelined()) {
        for (String id : ids) {
          records.add(pipeline.hmget(base + "cmd:" + id, "result", "error"));
        }
      }
      List<JsonObject> results = new ArrayList<>();
      for (Response<List<String>> record : records) {
        String result = record.get().get(0);
        if (result == null) {
          throw new IllegalStateException("Cannot read a result: " + record.get().get(1));
        }
        results.add(JsonParser.parseString(result).getAsJsonObject());
      }
      return results;
    }

    /** Waits until a command in the middle of the batch has an estimate, or its result. */
    void awaitEstimate() throws InterruptedException {
      String id = ids.get(ids.size() / 2);
      while (jedis.hmget(base + "cmd:" + id, "progress", "result").stream()
          .allMatch(field -> field == null || field.contains("\"rowsReadSoFar\":0,"))) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
  }

  /** Pushes counts in one RPUSH. */
  Pushed push(String tenant, List<String> wheres) {
    List<String> ids = new ArrayList<>();
    String[] payloads = new String[wheres.size()];
    CountDownLatch ended = new CountDownLatch(payloads.length);
    String prefix = "bench-" + pushes++ + "-";
    for (int i = 0; i < payloads.length; i++) {
      String id = prefix + i;
      ids.add(id);
      pending.put(id, ended);
      payloads[i] =
          GSON.toJson(
              Map.of("id", id, "command", "count", "dataset", dataset, "where", wheres.get(i)));
    }
    jedis.rpush(base + "in:" + tenant, payloads);
    jedis.lpush(base + "wake", "1");
    jedis.ltrim(base + "wake", 0, 0);
    return new Pushed(ids, ended);
  }

  /** Counts; answers when the last result is read. */
  List<Answer> count(String tenant, List<String> wheres) {
    return answers(push(tenant, wheres).await());
  }

  static List<Answer> answers(List<JsonObject> results) {
    return results.stream()
        .map(
            result ->
                new Answer(
                    result.get("count").getAsLong(),
                    result.get("path").getAsString().equals("fast")))
        .toList();
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("Cannot wait longer: " + latch.getCount() + " are missing");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    listener.unsubscribe();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    listening.close();
    jedis.close();
  }
}
