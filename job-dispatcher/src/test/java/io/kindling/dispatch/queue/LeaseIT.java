package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.dispatch.queue.QueueClient.Cancelled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who holds a command, until when, and what becomes of it if its driver is gone. */
class LeaseIT {
  private final QueueBed bed = new QueueBed();

  @AfterEach
  void close() {
    bed.close();
  }

  @Test
  void take_command_isInTheInFlightSetInTheSameStep() {
    CommandQueue driver = bed.driver();
    bed.pushCounts("a", "c-1");

    Lease lease = driver.take(1).get(0);

    assertThat(bed.redis.jedis().zrange(bed.keys.leases(), 0, -1)).containsExactly("a/c-1");
    assertThat(bed.redis.jedis().zcard(bed.keys.ready("a"))).isZero();
    assertThat(bed.record("c-1"))
        .containsEntry("state", "RUNNING")
        .containsEntry("driver", driver.driverId());
    assertThat(driver.leases()).containsExactly(lease);
  }

  @Test
  void take_tokens_growWithEveryTake() {
    CommandQueue one = bed.driver();
    CommandQueue two = bed.driver();
    bed.pushCounts("a", "c-1", "c-2", "c-3");

    long first = one.take(1).get(0).token();
    long second = two.take(1).get(0).token();
    Lease third = one.take(1).get(0);
    one.requeue(List.of(third));

    assertThat(second).isGreaterThan(first);
    assertThat(third.token()).isGreaterThan(second);
    assertThat(two.take(1).get(0).token()).isGreaterThan(third.token());
  }

  @Test
  void lease_lastsByRedisClock() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).lease(Duration.ofMinutes(10)));
    bed.pushCounts("a", "c-1");

    driver.take(1);

    double expiry = bed.redis.jedis().zscore(bed.keys.leases(), "a/c-1");
    long started = Long.parseLong(bed.record("c-1").get("started"));
    assertThat((long) expiry - started).isGreaterThanOrEqualTo(600_000);
  }

  @Test
  void keeper_renewsWhileTheHandlerIsBusy() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).lease(Duration.ofMillis(600)));
    CommandQueue other = bed.driver(o -> o.tenant("a", 1).reapInterval(Duration.ofMillis(50)));
    bed.pushCounts("a", "c-1");
    Lease lease = driver.take(1).get(0);
    double taken = bed.redis.jedis().zscore(bed.keys.leases(), "a/c-1");

    // For the time of several leases, with another driver that reaps all the while.
    Awaitility.await()
        .until(() -> bed.redis.jedis().zscore(bed.keys.leases(), "a/c-1") > taken + 3_000);

    assertThat(other.take(1)).isEmpty();
    assertThat(driver.finish(lease, "1")).isEqualTo(Settled.DONE);
    assertThat(bed.record("c-1")).containsEntry("recoveries", "0");
  }

  @Test
  void keeper_renewsInBatches() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).lease(Duration.ofSeconds(3)));
    for (int i = 0; i < 450; i++) {
      bed.pushCounts("a", "c-" + i);
    }
    assertThat(driver.take(450)).hasSize(450);
    double taken = bed.redis.jedis().zscore(bed.keys.leases(), "a/c-449");

    Awaitility.await()
        .until(
            () ->
                bed.redis.jedis().zrangeWithScores(bed.keys.leases(), 0, -1).stream()
                    .allMatch(one -> one.getScore() > taken));

    assertThat(driver.leases()).hasSize(450);
  }

  @Test
  void driverGone_anotherRecoversWithinLeaseAndReapInterval() {
    CommandQueue gone = bed.driver(o -> o.tenant("a", 1).lease(Duration.ofMillis(400)));
    bed.pushCounts("a", "c-1");
    gone.take(1);
    gone.close();

    CommandQueue other =
        bed.driver(
            o ->
                o.tenant("a", 1)
                    .lease(Duration.ofMillis(400))
                    .reapInterval(Duration.ofMillis(100)));

    assertThat(other.awaitWork(Duration.ofSeconds(30))).isTrue();
    Lease lease = other.take(1).get(0);
    assertThat(lease.id()).isEqualTo("c-1");
    assertThat(lease.recoveries()).isEqualTo(1);
    assertThat(bed.error("c-1"))
        .isEqualTo("The driver '" + gone.driverId() + "' did not renew its lease");
  }

  @Test
  void abandon_command_isReadyAgainWhenItsLeaseExpires() {
    CommandQueue driver =
        bed.driver(
            o ->
                o.tenant("a", 1)
                    .lease(Duration.ofMillis(400))
                    .reapInterval(Duration.ofMillis(100)));
    bed.pushCounts("a", "c-1");
    Lease abandoned = driver.take(1).get(0);

    driver.abandon(abandoned);

    assertThat(driver.leases()).isEmpty();
    assertThat(driver.awaitWork(Duration.ofSeconds(30))).isTrue();
    assertThat(driver.finish(abandoned, "{}")).isEqualTo(Settled.STALE);
    assertThat(driver.take(1)).extracting(Lease::recoveries).containsExactly(1);
  }

  @Test
  void expiredLease_isReadyAgainInItsOldPlace() {
    CommandQueue driver = bed.driver();
    bed.pushCounts("a", "c-1", "c-2", "c-3");
    driver.take(1);

    bed.loseLease(driver, "a", "c-1");

    assertThat(driver.take(3)).extracting(Lease::id).containsExactly("c-1", "c-2", "c-3");
  }

  @Test
  void threeRecoveries_thenDeadWithItsReason() {
    CommandQueue driver = bed.driver();
    bed.pushCounts("a", "c-1");
    for (int recovery = 0; recovery <= 3; recovery++) {
      assertThat(driver.take(1)).extracting(Lease::recoveries).containsExactly(recovery);
      bed.loseLease(driver, "a", "c-1");
    }

    assertThat(driver.take(1)).isEmpty();
    assertThat(bed.state("c-1")).isEqualTo("DEAD");
    assertThat(bed.error("c-1"))
        .isEqualTo(
            "Cannot answer command 'c-1': lost 4 times with its driver, the last was '"
                + driver.driverId()
                + "'");
    assertThat(bed.client().dead(10)).extracting(CommandRecord::id).containsExactly("c-1");
    assertThat(driver.stats().dead()).isEqualTo(1);
    assertThat(driver.stats().tenant("a").counts()).isEqualTo(Map.of("RECOVERED", 3L, "DEAD", 1L));
  }

  @Test
  void revive_dead_isReadyWithNewRecoveries() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).maxRecoveries(0));
    bed.pushCounts("a", "c-1");
    driver.take(1);
    bed.loseLease(driver, "a", "c-1");
    assertThat(bed.state("c-1")).isEqualTo("DEAD");
    QueueClient client = bed.client();

    assertThat(client.revive("b", "c-1", Duration.ofMinutes(1))).isFalse();
    assertThat(client.revive("a", "c-2", Duration.ofMinutes(1))).isFalse();
    assertThat(client.revive("a", "c-1", Duration.ofMinutes(1))).isTrue();
    assertThat(client.revive("a", "c-1", Duration.ofMinutes(1))).isFalse();

    assertThat(client.dead(10)).isEmpty();
    Lease lease = driver.take(1).get(0);
    assertThat(lease.recoveries()).isZero();
    assertThat(driver.finish(lease, "1")).isEqualTo(Settled.DONE);
    assertThat(bed.state("c-1")).isEqualTo("RESULT_READY");
  }

  @Test
  void deadCommands_areKeptUpToAThousand() {
    CommandQueue gone = bed.driver();
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).maxRecoveries(0));
    for (int i = 0; i < 1_050; i++) {
      bed.pushCounts("a", "c-" + i);
    }
    List<Lease> leases = gone.take(2_000);
    gone.close();
    leases.forEach(lease -> bed.redis.jedis().zadd(bed.keys.leases(), 1, "a/" + lease.id()));

    assertThat(driver.reap()).isEqualTo(1_050);

    assertThat(driver.stats().dead()).isEqualTo(1_000);
    assertThat(bed.redis.jedis().keys(bed.keys.record("*"))).hasSize(1_000);
  }

  @Test
  void staleToken_changesNothing() {
    CommandQueue slow = bed.driver();
    CommandQueue other = bed.driver();
    bed.pushCounts("a", "c-1");
    Lease stale = slow.take(1).get(0);
    bed.loseLease(other, "a", "c-1");
    Lease fresh = other.take(1).get(0);
    other.progress(Map.of(fresh, "{\"at\":\"other\"}"));
    Map<String, String> before = bed.record("c-1");

    assertThat(slow.progress(Map.of(stale, "{\"at\":\"slow\"}"))).containsExactly(Settled.STALE);
    assertThat(slow.requeue(List.of(stale))).containsExactly(Settled.STALE);
    assertThat(slow.retryLater(stale, "why")).isEqualTo(Settled.STALE);
    assertThat(slow.fail(stale, "slow")).isEqualTo(Settled.STALE);
    assertThat(slow.finish(stale, "slow")).isEqualTo(Settled.STALE);

    assertThat(bed.record("c-1")).isEqualTo(before);
    assertThat(bed.redis.jedis().zrange(bed.keys.leases(), 0, -1)).containsExactly("a/c-1");
    assertThat(other.finish(fresh, "other")).isEqualTo(Settled.DONE);
    assertThat(slow.finish(stale, "slow")).isEqualTo(Settled.STALE);
    assertThat(bed.record("c-1")).containsEntry("result", "other");
  }

  @Test
  void staleToken_beforeAnotherTakesIt_changesNothing() {
    CommandQueue driver = bed.driver();
    bed.pushCounts("a", "c-1");
    Lease stale = driver.take(1).get(0);
    bed.loseLease(driver, "a", "c-1");

    assertThat(driver.finish(stale, "1")).isEqualTo(Settled.STALE);
    assertThat(driver.progress(Map.of(stale, "{}"))).containsExactly(Settled.STALE);
    assertThat(bed.state("c-1")).isEqualTo("QUEUED");
  }

  @Test
  void lostLease_isToldOnceWithItsState() {
    var lost = new ConcurrentLinkedQueue<String>();
    CommandQueue driver =
        bed.driver(
            o -> o.tenant("a", 1).lease(Duration.ofSeconds(1)),
            (lease, state) -> lost.add(lease.id() + " " + state));
    bed.pushCounts("a", "c-1", "c-2", "c-3", "c-4");
    List<Lease> leases = driver.take(4);

    assertThat(bed.client().cancel("a", "c-1")).isEqualTo(Cancelled.DONE);
    bed.passDeadline("a", "c-2");
    driver.reap();
    bed.redis.jedis().del(bed.keys.record("c-3"));

    Awaitility.await().until(() -> lost.size() == 3);
    assertThat(lost).containsExactlyInAnyOrder("c-1 CANCELLED", "c-2 EXPIRED", "c-3 null");
    assertThat(driver.leases()).containsExactly(leases.get(3));
    driver.finish(leases.get(3), "1");
    assertThat(driver.leases()).isEmpty();
    assertThat(lost).hasSize(3);
  }

  @Test
  void lostLease_listenerThatFails_doesNotStopTheKeeper() {
    CommandQueue driver =
        bed.driver(
            o -> o.tenant("a", 1).lease(Duration.ofMillis(300)),
            (lease, state) -> {
              throw new IllegalStateException("on purpose");
            });
    bed.pushCounts("a", "c-1", "c-2");
    driver.take(2);
    bed.client().cancel("a", "c-1");
    Awaitility.await().until(() -> driver.leases().size() == 1);

    double now = bed.redis.jedis().zscore(bed.keys.leases(), "a/c-2");

    Awaitility.await()
        .until(() -> bed.redis.jedis().zscore(bed.keys.leases(), "a/c-2") > now + 300);
  }

  @Test
  void manyDrivers_takeEachCommandOnce() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      bed.pushCounts(i % 2 == 0 ? "a" : "b", "c-" + i);
    }
    var taken = new ConcurrentLinkedQueue<String>();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 4; i++) {
      CommandQueue driver = bed.driver(o -> o.tenant("a", 1).tenant("b", 1));
      threads.add(
          new Thread(
              () -> {
                while (true) {
                  List<Lease> leases = driver.take(17);
                  if (leases.isEmpty()) {
                    return;
                  }
                  for (Lease lease : leases) {
                    assertThat(driver.finish(lease, "1")).isEqualTo(Settled.DONE);
                    taken.add(lease.id());
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(taken).hasSize(2_000).doesNotHaveDuplicates();
  }
}
