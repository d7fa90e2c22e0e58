package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.dispatch.queue.QueueClient.Cancelled;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How commands end, are put back, and tell how far they are. */
class SettleIT {
  private final QueueBed bed = new QueueBed();

  @AfterEach
  void close() {
    bed.close();
  }

  private Lease take(CommandQueue driver, String id) {
    bed.pushCounts("a", id);
    List<Lease> leases = driver.take(1);
    assertThat(leases).extracting(Lease::id).containsExactly(id);
    return leases.get(0);
  }

  private void assertNothingPointsTo(String id) {
    for (String set :
        List.of(bed.keys.ready("a"), bed.keys.leases(), bed.keys.delayed(), bed.keys.deadlines())) {
      assertThat(bed.redis.jedis().zscore(set, "a/" + id)).as(set).isNull();
    }
  }

  @Test
  void finish_result_standsInTheRecord() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).resultTtl(Duration.ofMinutes(2)));
    Lease lease = take(driver, "c-1");

    assertThat(driver.finish(lease, "{\"count\":12}")).isEqualTo(Settled.DONE);

    CommandRecord record = bed.client().read("c-1").orElseThrow();
    assertThat(record.state()).isEqualTo(CommandState.RESULT_READY);
    assertThat(record.result()).isEqualTo("{\"count\":12}");
    assertThat(record.error()).isNull();
    assertThat(record.finished()).isAfterOrEqualTo(record.submitted());
    assertThat(record.toString()).isEqualTo("command 'c-1' (count) of tenant 'a': RESULT_READY");
    assertThat(bed.redis.jedis().pttl(bed.keys.record("c-1"))).isBetween(60_000L, 120_000L);
    assertNothingPointsTo("c-1");
    assertThat(driver.leases()).isEmpty();
  }

  @Test
  void finish_twice_isOnce() {
    CommandQueue driver = bed.driver();
    Lease lease = take(driver, "c-1");

    assertThat(driver.finish(lease, "first")).isEqualTo(Settled.DONE);
    assertThat(driver.finish(lease, "second")).isEqualTo(Settled.DONE);
    assertThat(driver.fail(lease, "third")).isEqualTo(Settled.STALE);

    assertThat(bed.record("c-1")).containsEntry("result", "first").doesNotContainKey("error");
    assertThat(driver.stats().tenant("a").counts()).isEqualTo(Map.of("RESULT_READY", 1L));
  }

  @Test
  void finish_many_endsEachForItself() {
    CommandQueue driver = bed.driver();
    bed.pushCounts("a", "c-1", "c-2", "c-3");
    var results = new LinkedHashMap<Lease, String>();
    driver.take(3).forEach(lease -> results.put(lease, "result of " + lease.id()));
    bed.client().cancel("a", "c-2");

    assertThat(driver.finish(results)).containsExactly(Settled.DONE, Settled.STALE, Settled.DONE);

    assertThat(bed.record("c-1")).containsEntry("result", "result of c-1");
    assertThat(bed.record("c-3")).containsEntry("result", "result of c-3");
    assertThat(bed.state("c-2")).isEqualTo("CANCELLED");
  }

  @Test
  void finish_resultAboveTheCap_failsAndSaysSo() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).maxResultBytes(2_000));
    Lease lease = take(driver, "c-1");
    Lease fits = take(driver, "c-2");

    driver.finish(lease, "ä".repeat(1_001));
    driver.finish(fits, "ä".repeat(1_000));

    assertThat(bed.state("c-1")).isEqualTo("FAILED");
    assertThat(bed.error("c-1"))
        .isEqualTo("Cannot keep the result of command 'c-1': 2,002 bytes, allowed are 2,000");
    assertThat(bed.record("c-1")).doesNotContainKey("result");
    assertThat(bed.state("c-2")).isEqualTo("RESULT_READY");
  }

  @Test
  void fail_error_isOneBoundedLine() {
    CommandQueue driver = bed.driver();
    Lease lease = take(driver, "c-1");

    driver.fail(lease, "first line\n  second line\r\n" + "x".repeat(5_000));

    assertThat(bed.state("c-1")).isEqualTo("FAILED");
    assertThat(bed.error("c-1"))
        .startsWith("first line second line xxx")
        .endsWith("xxx...")
        .hasSize(2_000);
    assertNothingPointsTo("c-1");
  }

  @Test
  void progress_isOverwrittenAndBounded() {
    CommandQueue driver = bed.driver();
    Lease one = take(driver, "c-1");
    Lease two = take(driver, "c-2");
    QueueClient client = bed.client();
    assertThat(client.progress("c-1")).isEmpty();

    var progress = new LinkedHashMap<Lease, String>();
    progress.put(one, "{\"rows\":1}");
    progress.put(two, "{\"rows\":2}");
    assertThat(driver.progress(progress)).containsExactly(Settled.DONE, Settled.DONE);
    driver.progress(Map.of(one, "{\"rows\":3}"));

    assertThat(client.progress("c-1")).contains("{\"rows\":3}");
    assertThat(client.progress("c-2")).contains("{\"rows\":2}");
    assertThat(client.progress("c-3")).isEqualTo(Optional.empty());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> driver.progress(Map.of(one, "x".repeat(4_097))))
        .withMessage("Cannot tell the progress of " + one + ": 4,097 bytes, allowed are 4,096");
  }

  @Test
  void retryLater_waitsLongerEachTimeThenIsDead() {
    CommandQueue driver =
        bed.driver(
            o -> o.tenant("a", 1).retries(3, Duration.ofSeconds(100), Duration.ofSeconds(300)));
    bed.pushCounts("a", "c-1");
    long[][] bounds = {{50_000, 100_000}, {100_000, 200_000}, {150_000, 300_000}};
    for (int attempt = 0; attempt < 3; attempt++) {
      Lease lease = driver.take(1).get(0);
      assertThat(lease.attempts()).isEqualTo(attempt);

      assertThat(driver.retryLater(lease, "executor\nlost")).isEqualTo(Settled.DONE);

      assertThat(bed.state("c-1")).isEqualTo("QUEUED");
      assertThat(bed.error("c-1")).isEqualTo("executor lost");
      assertThat(driver.take(1)).isEmpty();
      assertThat(driver.stats().delayed()).isEqualTo(1);
      double due = bed.redis.jedis().zscore(bed.keys.delayed(), "a/c-1");
      long wait = (long) due - Long.parseLong(bed.record("c-1").get("started"));
      assertThat(wait).isBetween(bounds[attempt][0], bounds[attempt][1] + 30_000);
      bed.passDelay("a", "c-1");
    }

    driver.retryLater(driver.take(1).get(0), "executor lost");

    assertThat(bed.state("c-1")).isEqualTo("DEAD");
    assertThat(bed.error("c-1")).isEqualTo("Given up after 4 attempts: executor lost");
    assertThat(bed.client().dead(1)).extracting(CommandRecord::id).containsExactly("c-1");
    assertThat(driver.stats().tenant("a").counts()).isEqualTo(Map.of("RETRIED", 3L, "DEAD", 1L));
    assertNothingPointsTo("c-1");
  }

  @Test
  void retryLater_twice_isOnce() {
    CommandQueue driver = bed.driver();
    Lease lease = take(driver, "c-1");

    assertThat(driver.retryLater(lease, "why")).isEqualTo(Settled.DONE);
    assertThat(driver.retryLater(lease, "why")).isEqualTo(Settled.DONE);

    assertThat(bed.record("c-1")).containsEntry("attempts", "1");
  }

  @Test
  void retriedCommand_thatSucceeds_hasNoErrorLeft() {
    CommandQueue driver = bed.driver();
    driver.retryLater(take(driver, "c-1"), "why");
    bed.passDelay("a", "c-1");

    driver.finish(driver.take(1).get(0), "1");

    assertThat(bed.record("c-1")).containsEntry("attempts", "1").doesNotContainKey("error");
  }

  @Test
  void requeue_drain_isNoAttemptAndReadyAtOnce() {
    CommandQueue driver = bed.driver();
    CommandQueue other = bed.driver();
    bed.pushCounts("a", "c-1", "c-2");
    List<Lease> leases = driver.take(2);

    assertThat(driver.requeue(leases)).containsExactly(Settled.DONE, Settled.DONE);
    assertThat(driver.requeue(leases)).containsExactly(Settled.DONE, Settled.DONE);

    assertThat(driver.leases()).isEmpty();
    assertThat(other.take(5))
        .allSatisfy(lease -> assertThat(lease.attempts()).isZero())
        .allSatisfy(lease -> assertThat(lease.recoveries()).isZero())
        .extracting(Lease::id)
        .containsExactly("c-1", "c-2");
  }

  @Test
  void deadline_passed_expiresWhateverTheState() {
    CommandQueue driver = bed.driver();
    Lease running = take(driver, "running");
    driver.retryLater(take(driver, "delayed"), "why");
    bed.pushCounts("a", "queued", "alive");
    assertThat(driver.awaitWork(Duration.ofSeconds(20))).isTrue();
    for (String id : List.of("running", "delayed", "queued")) {
      bed.passDeadline("a", id);
    }

    assertThat(driver.reap()).isEqualTo(3);

    for (String id : List.of("running", "delayed", "queued")) {
      assertThat(bed.state(id)).isEqualTo("EXPIRED");
      assertNothingPointsTo(id);
    }
    assertThat(bed.error("running"))
        .matches(
            "Cannot answer command 'running': \\d+ ms after it was submitted its deadline passed"
                + " while it was RUNNING");
    assertThat(driver.finish(running, "late")).isEqualTo(Settled.STALE);
    assertThat(driver.take(5)).extracting(Lease::id).containsExactly("alive");
  }

  @Test
  void deadline_passedButNotReaped_isNotTaken() {
    CommandQueue driver = bed.driver();
    bed.pushCounts("a", "c-1", "c-2");
    assertThat(driver.awaitWork(Duration.ofSeconds(20))).isTrue();
    bed.passDeadline("a", "c-1");

    assertThat(driver.take(5)).extracting(Lease::id).containsExactly("c-2");

    driver.reap();
    assertThat(bed.state("c-1")).isEqualTo("EXPIRED");
  }

  @Test
  void deadline_ofTheCommand_isKeptByRedisClock() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).reapInterval(Duration.ofMillis(50)));
    bed.push("a", "{\"id\":\"c-1\",\"command\":\"count\",\"timeoutMillis\":300}");

    org.awaitility.Awaitility.await().until(() -> bed.state("c-1").equals("EXPIRED"));

    Map<String, String> record = bed.record("c-1");
    assertThat(Long.parseLong(record.get("deadline")) - Long.parseLong(record.get("submitted")))
        .isEqualTo(300);
    assertThat(driver.take(1)).isEmpty();
  }

  @Test
  void cancel_inEveryState() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).maxRecoveries(0));
    QueueClient client = bed.client();
    Lease running = take(driver, "running");
    driver.retryLater(take(driver, "delayed"), "why");
    driver.finish(take(driver, "ended"), "1");
    driver.fail(take(driver, "failed"), "why");
    take(driver, "dead");
    bed.loseLease(driver, "a", "dead");
    take(driver, "expired");
    bed.passDeadline("a", "expired");
    driver.reap();
    bed.pushCounts("a", "queued");
    assertThat(driver.awaitWork(Duration.ofSeconds(20))).isTrue();
    Push inList = client.push("b", "in-list", "key", Map.of("command", "count"));
    client.submit(inList, 10, 10);

    assertThat(client.cancel("a", "running")).isEqualTo(Cancelled.DONE);
    assertThat(client.cancel("a", "delayed")).isEqualTo(Cancelled.DONE);
    assertThat(client.cancel("a", "queued")).isEqualTo(Cancelled.DONE);
    assertThat(client.cancel(inList)).isEqualTo(Cancelled.DONE);
    for (String id : List.of("ended", "failed", "dead", "expired", "running")) {
      String state = bed.state(id);
      assertThat(client.cancel("a", id)).isEqualTo(Cancelled.ENDED);
      assertThat(bed.state(id)).isEqualTo(state);
    }
    assertThat(client.cancel("a", "nobody")).isEqualTo(Cancelled.UNKNOWN);
    assertThat(client.cancel("b", "ended")).isEqualTo(Cancelled.UNKNOWN);

    for (String id : List.of("running", "delayed", "queued", "in-list")) {
      assertThat(bed.state(id)).isEqualTo("CANCELLED");
      assertThat(bed.error(id)).isEqualTo("Command '" + id + "' was cancelled");
      assertNothingPointsTo(id);
    }
    assertThat(bed.redis.jedis().exists(bed.keys.inbox("b"))).isFalse();
    assertThat(driver.finish(running, "late")).isEqualTo(Settled.STALE);
    assertThat(driver.take(5)).isEmpty();
    assertThat(driver.stats().tenant("a").counts()).containsEntry("CANCELLED", 3L);
  }

  @Test
  void idempotencyKey_livesAsLongAsTheRecord() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).resultTtl(Duration.ofMinutes(2)));
    bed.push("a", "{\"id\":\"c-1\",\"command\":\"count\",\"key\":\"k\"}");
    Lease lease = driver.take(1).get(0);
    String key = bed.keys.idempotency("a", "k");
    assertThat(bed.redis.jedis().pttl(key)).isGreaterThan(3_600_000);

    driver.finish(lease, "1");

    assertThat(bed.redis.jedis().pttl(key)).isBetween(60_000L, 120_000L);
  }
}
