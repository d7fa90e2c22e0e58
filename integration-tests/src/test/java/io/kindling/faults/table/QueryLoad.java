package io.kindling.faults.table;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.CommandResult;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.Submission;
import io.kindling.dispatch.SubmitClient;
import io.kindling.dispatch.queue.CommandState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A dispatcher in this JVM, and a client that submits counts to it. A count that could not be
 * submitted is submitted again under its key, as a client has to.
 */
final class QueryLoad implements Load, AutoCloseable {
  private static final String TENANT = "web";
  private static final String DATASET = "people";
  private static final int ROWS = 20_000;
  private static final int AGES = 90;
  private static final int PAUSE_MILLIS = 50;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String queue;
  private final Random random;
  private final Dispatcher dispatcher;
  private final SubmitClient client;
  private final Journal journal = new Journal();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread driver;
  private final Thread thread = new Thread(this::submit, "load queries");

  QueryLoad(SparkSession spark, RedisConfig config, String queue, Path folder, Random random) {
    this.queue = queue;
    this.random = random;
    dispatcher =
        Dispatcher.builder(spark, config, queue)
            .tenant(TENANT, 1)
            .cachedResults(0)
            .drain(Duration.ofSeconds(5))
            .queueOptions(
                options ->
                    options.lease(Duration.ofSeconds(2)).reapInterval(Duration.ofMillis(500)))
            .dataset(
                DATASET, spark.range(ROWS).selectExpr("id", "id % " + AGES + " age"), "" + folder)
            .build();
    client = SubmitClient.builder(config, queue, TENANT).build();
    driver = new Thread(dispatcher::run, "dispatcher");
    driver.start();
    thread.start();
  }

  private static long truth(int below, int age) {
    return below <= age ? 0 : (below - age + AGES - 1) / AGES;
  }

  private void submit() {
    try {
      while (!stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        asked.incrementAndGet();
        int below = random.nextInt(ROWS);
        int age = random.nextInt(AGES);
        submit(
            CommandRequest.of("count")
                .withKey(UUID.randomUUID().toString())
                .with("dataset", DATASET)
                .with("where", "id < " + below + " and age = " + age),
            truth(below, age));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(CommandRequest request, long truth) {
    while (true) {
      long begin = System.nanoTime();
      try {
        Submission submission = client.submit(request);
        var unused = submission.result().whenComplete((end, e) -> ended(begin, truth, end, e));
        return;
      } catch (KindlingException e) {
        journal.ended(begin, e);
        Servers.hold(Duration.ofMillis(PAUSE_MILLIS));
      }
    }
  }

  private void ended(long begin, long truth, CommandResult end, Throwable failure) {
    if (failure != null) {
      journal.ended(begin, failure);
      return;
    }
    answered.incrementAndGet();
    String json = String.valueOf(end.json());
    if (end.state() != CommandState.RESULT_READY) {
      journal.ended(begin, new IllegalStateException(end.state() + ": " + end.error()));
      return;
    }
    if (!json.startsWith("{\"count\":" + truth + ",\"exact\":true")) {
      journal.wrong();
    }
    journal.ended(begin, null);
  }

  @Override
  public String name() {
    return "queries";
  }

  @Override
  public Journal journal() {
    return journal;
  }

  @Override
  public void stop() throws InterruptedException {
    stop.countDown();
    thread.join();
    try {
      Awaitility.await("all queries are answered")
          .atMost(LIMIT)
          .until(() -> answered.get() == asked.get());
    } catch (ConditionTimeoutException e) {
      // Those that are lost are counted.
    }
  }

  /** Queries that have no answer. */
  int lost() {
    return asked.get() - answered.get();
  }

  /** Answers by the queue's own count beyond one a query; less than 0 if it has lost its count. */
  long answeredAgain(Redis redis) {
    String ends =
        redis
            .jedis()
            .hget("kindling:queue:{" + queue + "}:meta", "count:" + TENANT + ":RESULT_READY");
    return Long.parseLong(String.valueOf(ends)) - answered.get();
  }

  @Override
  public void close() {
    stop.countDown();
    client.close();
    dispatcher.close();
    try {
      driver.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
