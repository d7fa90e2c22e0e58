package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How soon a waiting driver sees a push. */
class WakeUpIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final QueueBed bed = new QueueBed();

  @AfterEach
  void close() {
    bed.close();
  }

  private CommandQueue driver() {
    return bed.driver(o -> o.tenant("a", 1).tenant("b", 1));
  }

  /** The driver waits; then something is pushed; how many ms later it is awake, ten times. */
  private List<Long> delays(CommandQueue driver, Push1 push) {
    var delays = new ArrayList<Long>();
    for (int i = 0; i < 10; i++) {
      var waiting = CompletableFuture.supplyAsync(() -> driver.awaitWork(LONG));
      Awaitility.await()
          .pollInterval(Duration.ofMillis(10))
          .until(() -> bed.server.ask("CLIENT", "LIST").contains("cmd=blmove"));
      long start = System.nanoTime();
      push.push("c-" + i);
      assertThat(waiting.join()).isTrue();
      delays.add((System.nanoTime() - start) / 1_000_000);
      driver.take(10).forEach(lease -> driver.finish(lease, "1"));
    }
    return delays;
  }

  private interface Push1 {
    void push(String id);
  }

  @Test
  void awaitWork_pushes_areSeen() {
    CommandQueue driver = driver();
    QueueClient client = bed.client();

    List<Long> first = delays(driver, id -> bed.pushCounts("a", id));
    List<Long> other = delays(driver, id -> bed.pushCounts("b", "o" + id));
    List<Long> woken =
        delays(
            driver,
            id ->
                client.submit(
                    client.push("b", "w" + id, "w" + id, Map.of("command", "count")), 10, 10));

    System.out.println(
        "WakeUpIT ms from push to wake-up: first tenant "
            + first
            + ", bare push to another "
            + other
            + ", submitted to another "
            + woken);
    // A bare push to another tenant's list is found by looking: twice this is what is promised.
    assertThat(CommandQueue.POLL_MILLIS).isLessThanOrEqualTo(100);
  }

  @Test
  void awaitWork_nothing_answersFalseAfterItsTime() {
    assertThat(driver().awaitWork(Duration.ofMillis(150))).isFalse();
  }

  @Test
  void awaitWork_lookingAtTheList_removesAndReordersNothing() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).maxReady(1));
    bed.pushCounts("a", "c-0", "c-1");
    driver.take(2);
    var waiting = CompletableFuture.supplyAsync(() -> driver.awaitWork(LONG));

    for (int i = 2; i < 200; i++) {
      bed.pushCounts("a", "c-" + i);
    }

    assertThat(waiting.join()).isTrue();
    var ids = new ArrayList<String>();
    while (driver.awaitWork(Duration.ofMillis(300))) {
      driver.take(1).forEach(lease -> ids.add(lease.id()));
    }
    assertThat(ids).hasSize(198);
    for (int i = 0; i < 198; i++) {
      assertThat(ids.get(i)).isEqualTo("c-" + (i + 2));
    }
  }

  @Test
  void awaitWork_excludedTenants_doNotWake() {
    CommandQueue driver = driver();
    TakeLimits onlyB = new TakeLimits(10, Map.of("a", 0));
    bed.pushCounts("a", "c-1");

    assertThat(driver.awaitWork(Duration.ofMillis(300), onlyB)).isFalse();

    bed.pushCounts("b", "c-2");
    assertThat(driver.awaitWork(LONG, onlyB)).isTrue();
    assertThat(driver.take(onlyB)).extracting(Lease::id).containsExactly("c-2");
  }

  @Test
  void awaitWork_limitsThatChange_areLookedAtAgain() {
    CommandQueue driver = driver();
    var most = new AtomicInteger();
    bed.pushCounts("a", "c-1");
    var waiting =
        CompletableFuture.supplyAsync(
            () -> driver.awaitWork(LONG, () -> new TakeLimits(10, Map.of("a", most.get()))));
    Awaitility.await().until(() -> bed.server.ask("CLIENT", "LIST").contains("cmd=blmove"));
    assertThat(waiting).isNotDone();

    most.set(5);
    driver.wake();

    assertThat(waiting.join()).isTrue();
  }

  @Test
  void awaitWork_delayedCommandThatIsDue_wakes() {
    CommandQueue driver =
        bed.driver(
            o -> o.tenant("a", 1).retries(3, Duration.ofMillis(200), Duration.ofMillis(200)));
    bed.pushCounts("a", "c-1");
    driver.retryLater(driver.take(1).get(0), "why");

    assertThat(driver.awaitWork(LONG)).isTrue();
    assertThat(driver.take(1)).extracting(Lease::attempts).containsExactly(1);
  }

  @Test
  void awaitWork_severalDrivers_shareAPush() throws Exception {
    var taken = new ConcurrentLinkedQueue<String>();
    var answered = new CountDownLatch(30);
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 3; i++) {
      CommandQueue driver = driver();
      Thread thread =
          new Thread(
              () -> {
                while (answered.getCount() > 0) {
                  if (driver.awaitWork(Duration.ofMillis(200))) {
                    for (Lease lease : driver.take(3)) {
                      driver.finish(lease, "1");
                      taken.add(lease.id());
                      answered.countDown();
                    }
                  }
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (int i = 0; i < 30; i++) {
      bed.pushCounts(i % 2 == 0 ? "a" : "b", "c-" + i);
    }

    assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(taken).hasSize(30).doesNotHaveDuplicates();
  }

  @Test
  void close_whileSomebodyWaits_endsTheWait() {
    CommandQueue driver = driver();
    var waiting = CompletableFuture.supplyAsync(() -> driver.awaitWork(LONG));

    driver.close();

    assertThat(waiting.join()).isFalse();
  }
}
