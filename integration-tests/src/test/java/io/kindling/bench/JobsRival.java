package io.kindling.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** The obvious ways to count over a cached frame: a job a query, or many aggregates a job. */
final class JobsRival implements AutoCloseable {
  private static final int THREADS = 8;
  private static final int CHUNK = 100;

  private final Dataset<Row> cached;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  /** Caches the rows now. */
  JobsRival(Dataset<Row> rows) {
    cached = rows.cache();
    cached.count();
  }

  /** A job a query, on eight threads, each in a FAIR pool. */
  long[] jobs(List<String> wheres) throws InterruptedException, ExecutionException {
    List<Future<Long>> counts = new ArrayList<>();
    for (int i = 0; i < wheres.size(); i++) {
      String where = wheres.get(i);
      String pool = "kindling-" + i % THREADS;
      counts.add(threads.submit(() -> job(where, pool)));
    }
    long[] answers = new long[counts.size()];
    for (int i = 0; i < answers.length; i++) {
      answers[i] = counts.get(i).get();
    }
    return answers;
  }

  private long job(String where, String pool) {
    cached.sparkSession().sparkContext().setLocalProperty("spark.scheduler.pool", pool);
    return cached.filter(where).count();
  }

  /** One pass for a hundred queries. */
  long[] countIf(List<String> wheres) {
    long[] answers = new long[wheres.size()];
    for (int from = 0; from < answers.length; from += CHUNK) {
      Column[] counts =
          wheres.subList(from, Math.min(from + CHUNK, answers.length)).stream()
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
    threads.shutdown();
    cached.unpersist(true);
  }
}
