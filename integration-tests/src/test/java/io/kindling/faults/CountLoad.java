package io.kindling.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.CommandResult;
import io.kindling.dispatch.Submission;
import io.kindling.dispatch.SubmitClient;
import io.kindling.dispatch.queue.CommandState;
import io.kindling.dispatch.queue.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A client that submits counts all the time, and remembers how each was answered at first. */
final class CountLoad implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int PAUSE_MILLIS = 25;

  private final Redis redis;
  private final SubmitClient client;
  private final String prefix;
  private final Random random;
  private final Queue<Count> counts = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /** By id: the whole record as it was when its end was heard of. */
  private final Map<String, Map<String, String>> firstSeen = new ConcurrentHashMap<>();

  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::submit, "load");

  private record Count(Submission submission, long truth) {}

  CountLoad(Redis redis, String queue, Random random) {
    this.redis = redis;
    this.random = random;
    prefix = "kindling:queue:{" + queue + "}:";
    client = SubmitClient.builder(redis.config(), queue, FaultedDriver.TENANT).build();
    thread.start();
  }

  private void submit() {
    try {
      while (!stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        int below = random.nextInt(FaultedDriver.ROWS);
        int age = random.nextInt(90);
        Submission submission =
            client.submit(
                CommandRequest.of("count")
                    .with("dataset", FaultedDriver.DATASET)
                    .with("where", "id < " + below + " and age = " + age));
        counts.add(new Count(submission, FaultedDriver.truth(below, age)));
        var unused = submission.result().thenAccept(this::remember);
      }
    } catch (InterruptedException | RuntimeException e) {
      failures.add(e);
    }
  }

  /** Redis may have gone again since the client heard of it. */
  private void remember(CommandResult end) {
    try {
      firstSeen.put(end.id(), new Patience().repeat(LIMIT, () -> record(end.id())));
    } catch (KindlingException e) {
      failures.add(e);
    }
  }

  /** The record of a command. */
  Map<String, String> record(String id) {
    return redis.jedis().hgetAll(prefix + "cmd:" + id);
  }

  /** The ids of what the driver of this name holds. */
  List<String> leasesOf(String driver) {
    return redis.jedis().zrange(prefix + "leases", 0, -1).stream()
        .map(entry -> entry.substring(entry.indexOf('/') + 1))
        .filter(id -> record(id).getOrDefault("driver", "").startsWith(driver + "-"))
        .toList();
  }

  /** Waits until the driver of this name holds some. */
  void awaitLeases(String driver) {
    Awaitility.await(driver + " takes commands")
        .pollInterval(Duration.ofMillis(10))
        .atMost(LIMIT)
        .until(() -> !leasesOf(driver).isEmpty());
  }

  /** The ids of all that were answered. */
  Set<String> seen() {
    return Set.copyOf(firstSeen.keySet());
  }

  int submitted() {
    return counts.size();
  }

  /** Waits until as many more have been answered, whoever does it. */
  void awaitAnswers(int more) {
    int wanted = firstSeen.size() + more;
    Awaitility.await(more + " more answers").atMost(LIMIT).until(() -> firstSeen.size() >= wanted);
  }

  /** Waits until this driver has taken one more of those that are submitted from now on. */
  void awaitTakenBy(String driver) {
    int before = counts.size();
    Awaitility.await(driver + " takes commands again")
        .atMost(LIMIT)
        .until(
            () ->
                counts.stream()
                    .skip(before)
                    .map(count -> firstSeen.getOrDefault(count.submission.id(), Map.of()))
                    .anyMatch(r -> r.getOrDefault("driver", "").startsWith(driver + "-")));
  }

  /**
   * Submits no more, waits for all answers, and holds each against the truth and its first form.
   */
  void assertAllAnsweredOnce() throws InterruptedException {
    stop.countDown();
    thread.join();
    assertThat(failures).isEmpty();
    Awaitility.await("all " + counts.size() + " are answered")
        .atMost(LIMIT)
        .until(() -> firstSeen.size() == counts.size());
    assertThat(failures).isEmpty();
    for (Count count : counts) {
      String id = count.submission.id();
      Map<String, String> now = record(id);
      assertThat(now).as(id).isEqualTo(firstSeen.get(id));
      assertThat(now)
          .as(id)
          .containsEntry("state", CommandState.RESULT_READY.name())
          .hasEntrySatisfying(
              "result",
              result -> assertThat(result).startsWith("{\"count\":" + count.truth + ",\"exact\""));
    }
    for (String set : List.of("leases", "delayed", "deadlines", "dead")) {
      assertThat(redis.jedis().zcard(prefix + set)).as(set).isZero();
    }
  }

  /** Of those answered in this load, the most that one was recovered. */
  int mostRecoveries() {
    return firstSeen.values().stream()
        .mapToInt(record -> Integer.parseInt(record.getOrDefault("recoveries", "0")))
        .max()
        .orElse(0);
  }

  @Override
  public void close() {
    stop.countDown();
    client.close();
  }
}
