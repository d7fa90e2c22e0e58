package io.kindling.bench;

import com.google.gson.Gson;
import com.google.gson.JsonParser;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.SimpleDispatcher;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import redis.clients.jedis.Jedis;

/** The obvious ways to count over a cached frame: SIMPLE mode, or many aggregates in one job. */
final class JobsRival implements AutoCloseable {
  private static final int THREADS = 8;
  private static final Gson GSON = new Gson();

  private final Dataset<Row> cached;
  private final SimpleDispatcher dispatcher;
  private final Thread driver;
  private final Jedis jedis;
  private final String base;
  private int pushes;

  /** Caches the rows now. */
  JobsRival(TestRedis server, Dataset<Row> rows, String name) {
    cached = rows.cache();
    cached.count();
    dispatcher =
        SimpleDispatcher.builder(rows.sparkSession(), server.config(), name)
            .tenant(DispatchBed.TENANT)
            .dataset("rows", cached)
            .threads(THREADS)
            .build();
    driver = new Thread(dispatcher::run, "bench-simple");
    driver.start();
    jedis = new Jedis("127.0.0.1", server.port());
    base = "kindling:simple:{" + name + "}:";
  }

  /** A job a query, pushed and answered as by SIMPLE mode. */
  long[] jobs(List<String> wheres) throws InterruptedException {
    String[] payloads = new String[wheres.size()];
    String[] results = new String[payloads.length];
    String push = pushes++ + "-";
    for (int i = 0; i < payloads.length; i++) {
      payloads[i] =
          GSON.toJson(
              Map.of(
                  "id", push + i, "command", "count", "dataset", "rows", "where", wheres.get(i)));
      results[i] = base + "result:" + DispatchBed.TENANT + ":" + push + i;
    }
    jedis.rpush(base + "in:" + DispatchBed.TENANT, payloads);
    while (jedis.exists(results) < results.length) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
    return jedis.mget(results).stream()
        .mapToLong(json -> JsonParser.parseString(json).getAsJsonObject().get("count").getAsLong())
        .toArray();
  }

  /** One pass for so many queries. */
  long[] countIf(List<String> wheres, int chunk) {
    long[] answers = new long[wheres.size()];
    for (int from = 0; from < answers.length; from += chunk) {
      Column[] counts =
          wheres.subList(from, Math.min(from + chunk, answers.length)).stream()
              .map(where -> functions.count_if(functions.expr(where)))
              .toArray(Column[]::new);
      Row row = cached.agg(counts[0], Arrays.copyOfRange(counts, 1, counts.length)).head();
      for (int i = 0; i < counts.length; i++) {
        answers[from + i] = row.getLong(i);
      }
    }
    return answers;
  }

  @Override
  public void close() {
    dispatcher.close();
    try {
      driver.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    jedis.close();
    cached.unpersist(true);
  }
}
