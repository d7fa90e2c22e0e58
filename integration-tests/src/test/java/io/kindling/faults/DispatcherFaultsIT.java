package io.kindling.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two drivers on one queue, and a client that submits counts all the time. Drivers are killed and
 * frozen, Redis restarts and is cut off: each command has one answer, which is right and stays.
 */
@Tag("local")
class DispatcherFaultsIT {
  private static final long SEED =
      Long.getLong("kindling.faults.seed", System.nanoTime() % 1_000_000_000);

  private static final String QUEUE = "faults";
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /** When what a dead driver held is ready for another, at the latest. */
  private static final Duration RECOVERY = FaultedDriver.LEASE.plus(FaultedDriver.REAP_INTERVAL);

  /** From there to its answer: the scan that runs, and its own; on a machine with other work. */
  private static final Duration SCANS = Duration.ofSeconds(10);

  /** Within which kills fall: from when both drivers answer, or from when one has commands. */
  private static final int MOMENT_MILLIS = 1_500;

  private static final int MOMENT_WITH_COMMANDS_MILLIS = 300;

  @TempDir private static Path folder;

  private static final Random RANDOM = new Random(SEED);
  private static TestRedis server;
  private static Redis redis;
  private static RespProxy proxy;
  private static List<DriverProcess> drivers;

  @BeforeAll
  static void start() {
    System.out.println("DispatcherFaultsIT seed " + SEED);
    server = TestRedis.start("--appendonly", "yes", "--appendfsync", "always");
    redis = Redis.connect(server.config());
    proxy = new RespProxy(server.port());
    String uri = "redis://127.0.0.1:" + proxy.port();
    drivers =
        List.of(
            new DriverProcess("a", uri, QUEUE, folder), new DriverProcess("b", uri, QUEUE, folder));
    drivers.forEach(DriverProcess::awaitReady);
  }

  @AfterAll
  static void stop() {
    drivers.forEach(DriverProcess::close);
    proxy.close();
    redis.close();
    server.close();
  }

  @Test
  void drivers_threeAreKilled_everyCommandIsAnsweredOnce() throws Exception {
    killDrivers(3);
  }

  @Test
  @Tag("faults")
  void drivers_fiftyAreKilled_everyCommandIsAnsweredOnce() throws Exception {
    killDrivers(Integer.getInteger("kindling.faults.kills", 50));
  }

  @Test
  void driver_frozenForLongerThanItsLease_overwritesNothing() throws Exception {
    freezeDriver();
  }

  @Test
  @Tag("faults")
  void driver_frozenTenTimesForLongerThanItsLease_overwritesNothing() throws Exception {
    for (int i = 0; i < 10; i++) {
      freezeDriver();
    }
  }

  @Test
  void redis_restarted_driversGoOnByThemselves() throws Exception {
    restartRedis();
  }

  @Test
  @Tag("faults")
  void redis_restartedTenTimes_driversGoOnByThemselves() throws Exception {
    for (int i = 0; i < 10; i++) {
      restartRedis();
    }
  }

  @Test
  void redis_refusesDriversFor10Seconds_theyGoOnByThemselves() throws Exception {
    cutOff(Duration.ofSeconds(10), /* silent= */ false);
  }

  @Test
  @Tag("faults")
  void redis_refusesDriversFor60Seconds_theyGoOnByThemselves() throws Exception {
    cutOff(Duration.ofSeconds(60), /* silent= */ false);
  }

  @Test
  @Tag("faults")
  void redis_isSilentToDriversFor60Seconds_theyGoOnByThemselves() throws Exception {
    cutOff(Duration.ofSeconds(60), /* silent= */ true);
  }

  /** A moment of a kill, and what became of what the driver held. */
  private record Moment(String driver, long atMillis, long killedAt, List<String> held) {}

  private void killDrivers(int kills) throws InterruptedException {
    long before = answers();
    try (CountLoad load = new CountLoad(redis, QUEUE, new Random(RANDOM.nextLong()))) {
      List<Moment> moments = new ArrayList<>();
      for (int i = 0; i < kills; i++) {
        drivers.forEach(DriverProcess::awaitReady);
        load.awaitAnswers(1);
        DriverProcess victim = drivers.get(RANDOM.nextInt(2));
        boolean anyMoment = RANDOM.nextInt(4) == 0;
        if (!anyMoment) {
          load.awaitLeases(victim.name());
        }
        int atMillis = RANDOM.nextInt(anyMoment ? MOMENT_MILLIS : MOMENT_WITH_COMMANDS_MILLIS);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(atMillis));
        victim.kill();
        long killedAt = redisMillis();
        moments.add(new Moment(victim.name(), atMillis, killedAt, load.leasesOf(victim.name())));
        victim.startAgain();
      }
      load.assertAllAnsweredOnce();
      assertThat(answers() - before).as("ends by the queue's count").isEqualTo(load.submitted());
      report(moments, load);
    }
    drivers.forEach(DriverProcess::awaitReady);
  }

  private static void report(List<Moment> moments, CountLoad load) {
    System.out.printf(
        "%-7s%-8s%10s%8s%24s%n", "kill", "driver", "after ms", "held", "last answered ms");
    int number = 0;
    Map<String, Long> late = new HashMap<>();
    for (Moment moment : moments) {
      long last = 0;
      for (String id : moment.held) {
        Map<String, String> record = load.record(id);
        long took = Long.parseLong(record.getOrDefault("finished", "0")) - moment.killedAt;
        last = Math.max(last, took);
        if (took > RECOVERY.plus(SCANS).toMillis()) {
          late.put(id, took);
        }
      }
      System.out.printf(
          "%-7d%-8s%10d%8d%24s%n",
          ++number,
          moment.driver,
          moment.atMillis,
          moment.held.size(),
          moment.held.isEmpty() ? "-" : last);
    }
    System.out.printf(
        "%d kills, %d of them of a driver that held commands; %d commands, each answered once and"
            + " rightly, recovered at most %d times%n",
        moments.size(),
        moments.stream().filter(moment -> !moment.held.isEmpty()).count(),
        load.submitted(),
        load.mostRecoveries());
    assertThat(late).as("answered later than lease, reaper and scans explain, in ms").isEmpty();
  }

  private void freezeDriver() throws InterruptedException {
    DriverProcess frozen = drivers.get(RANDOM.nextInt(2));
    long before = answers();
    try (CountLoad load = new CountLoad(redis, QUEUE, new Random(RANDOM.nextLong()))) {
      load.awaitTakenBy(frozen.name());
      List<String> held = freezeWithCommands(frozen, load);
      Awaitility.await("the other driver answers what the frozen one holds")
          .atMost(LIMIT)
          .until(() -> load.seen().containsAll(held));
      for (String id : held) {
        assertThat(load.record(id).get("driver")).as(id).doesNotStartWith(frozen.name() + "-");
      }

      frozen.thaw();

      load.awaitTakenBy(frozen.name());
      load.assertAllAnsweredOnce();
      assertThat(answers() - before).as("ends by the queue's count").isEqualTo(load.submitted());
      System.out.printf(
          "Driver %s frozen with %d commands: the other answered them, and none changed again%n",
          frozen.name(), held.size());
    } finally {
      frozen.thaw();
    }
  }

  /** Until it is frozen at a moment at which it holds some. */
  private static List<String> freezeWithCommands(DriverProcess driver, CountLoad load) {
    List<String> held = new ArrayList<>();
    Awaitility.await("frozen with commands")
        .atMost(LIMIT)
        .until(
            () -> {
              driver.freeze();
              held.addAll(settledLeases(driver, load));
              if (held.isEmpty()) {
                driver.thaw();
              }
              return !held.isEmpty();
            });
    return held;
  }

  /** What it sent before it was frozen may still be on its way. */
  private static List<String> settledLeases(DriverProcess frozen, CountLoad load) {
    AtomicReference<List<String>> last = new AtomicReference<>();
    return Awaitility.await()
        .pollInterval(Duration.ofMillis(250))
        .until(() -> load.leasesOf(frozen.name()), leases -> leases.equals(last.getAndSet(leases)));
  }

  private void restartRedis() throws InterruptedException {
    long before = answers();
    List<Long> pids = pids();
    try (CountLoad load = new CountLoad(redis, QUEUE, new Random(RANDOM.nextLong()))) {
      load.awaitAnswers(20);
      server.kill();
      server.startAgain();
      drivers.forEach(driver -> load.awaitTakenBy(driver.name()));
      load.assertAllAnsweredOnce();
      assertThat(answers() - before).as("ends by the queue's count").isEqualTo(load.submitted());
      System.out.printf(
          "Redis restarted: %d commands, each answered once, both drivers go on%n",
          load.submitted());
    }
    assertThat(pids()).as("the same processes").isEqualTo(pids);
  }

  private void cutOff(Duration time, boolean silent) throws InterruptedException {
    long before = answers();
    List<Long> pids = pids();
    try (CountLoad load = new CountLoad(redis, QUEUE, new Random(RANDOM.nextLong()))) {
      load.awaitAnswers(20);
      long end = System.nanoTime() + time.toNanos();
      proxy.intercept(
          (command, exchange) -> {
            long left = end - System.nanoTime();
            if (left > 0) {
              if (silent) {
                LockSupport.parkNanos(left);
              }
              throw new IOException("cut off");
            }
            exchange.complete();
          });
      proxy.cutAll();
      Awaitility.await("the end of it")
          .atMost(time.plus(LIMIT))
          .until(() -> end - System.nanoTime() < 0);
      long back = redisMillis();
      load.awaitAnswers(1);
      long first = redisMillis() - back;
      drivers.forEach(driver -> load.awaitTakenBy(driver.name()));
      long all = redisMillis() - back;
      load.assertAllAnsweredOnce();
      assertThat(answers() - before).as("ends by the queue's count").isEqualTo(load.submitted());
      System.out.printf(
          "Redis %s for %d s: %d commands, each answered once; the first %d ms after it, new ones by"
              + " both drivers after %d ms%n",
          silent ? "silent" : "refusing", time.toSeconds(), load.submitted(), first, all);
    } finally {
      proxy.intercept((command, exchange) -> exchange.complete());
    }
    assertThat(pids()).as("the same processes").isEqualTo(pids);
  }

  private static List<Long> pids() {
    assertThat(drivers).allMatch(DriverProcess::isAlive);
    return drivers.stream().map(DriverProcess::pid).toList();
  }

  /** All ends with a result that the queue has counted. */
  private static long answers() {
    String field = "count:" + FaultedDriver.TENANT + ":RESULT_READY";
    String number = redis.jedis().hget("kindling:queue:{" + QUEUE + "}:meta", field);
    return number == null ? 0 : Long.parseLong(number);
  }

  private static long redisMillis() {
    String[] time = server.ask("TIME").replaceAll("[^0-9,]", "").split(",", -1);
    return Long.parseLong(time[0]) * 1_000 + Long.parseLong(time[1]) / 1_000;
  }
}
