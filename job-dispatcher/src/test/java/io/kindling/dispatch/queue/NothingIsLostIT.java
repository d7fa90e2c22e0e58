package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Drivers that vanish with what they hold, connections that are cut at random, tenants that push
 * all the while: at every moment each command is in its list or in a record that the queue knows
 * of, and at the end each is answered, once.
 */
@Tag("local")
class NothingIsLostIT {
  private static final int COMMANDS = 1_500;

  /** Ids that are neither in a list nor in a record with its place. */
  private static final String LOST =
      """
      local base, lost, listed = KEYS[1], {}, {}
      for _, tenant in ipairs({'a', 'b', 'c'}) do
        for _, payload in ipairs(redis.call('LRANGE', base .. 'in:' .. tenant, 0, -1)) do
          listed[cjson.decode(payload).id] = true
        end
      end
      for _, entry in ipairs(ARGV) do
        local tenant, id = entry:match('^(.-)/(.+)$')
        local state = redis.call('HGET', base .. 'cmd:' .. id, 'state')
        local place = state == 'QUEUED'
            and (redis.call('ZSCORE', base .. 'ready:' .. tenant, entry)
              or redis.call('ZSCORE', base .. 'delayed', entry))
          or state == 'RUNNING' and redis.call('ZSCORE', base .. 'leases', entry)
          or state == 'RESULT_READY'
        if not place and not listed[id] then
          lost[#lost + 1] = id .. ' ' .. tostring(state)
        end
      end
      return lost
      """;

  private final TestRedis server = TestRedis.start();
  private final AtomicBoolean done = new AtomicBoolean();
  private final Map<String, Boolean> pushed = new ConcurrentHashMap<>();

  private QueueOptions options(String name) {
    return QueueOptions.builder("q")
        .tenant("a", 2)
        .tenant("b", 1)
        .tenant("c", 1)
        .driverName(name)
        .lease(Duration.ofMillis(500))
        .reapInterval(Duration.ofMillis(100))
        .maxRecoveries(1_000)
        .retries(1_000, Duration.ofMillis(1), Duration.ofMillis(50))
        .build();
  }

  private static Thread start(String name, Random random, Consumer<Random> work) {
    Thread thread = new Thread(() -> work.accept(random), name);
    thread.start();
    return thread;
  }

  /** Lives of a driver: each ends with whatever it holds at that moment. */
  private void drive(Random random) {
    RedisConfig config = server.config().toBuilder().user("driver").password("pw").build();
    while (!done.get()) {
      try (CommandQueue driver =
          CommandQueue.open(config, options(Thread.currentThread().getName()))) {
        for (int turns = random.nextInt(60); turns >= 0 && !done.get(); turns--) {
          driver.awaitWork(Duration.ofMillis(200));
          for (Lease lease : driver.take(1 + random.nextInt(20))) {
            switch (random.nextInt(12)) {
              case 0 -> driver.retryLater(lease, "on purpose");
              case 1 -> driver.requeue(List.of(lease));
              case 2 -> driver.progress(Map.of(lease, "{}"));
              default -> driver.finish(lease, lease.id() + " by token " + lease.token());
            }
          }
        }
      } catch (KindlingException e) {
        // A cut connection: its next life goes on.
      }
    }
  }

  private void push(Random random) {
    List<String> tenants = List.of("a", "b", "c");
    for (int i = 0; i < COMMANDS; i++) {
      String tenant = tenants.get(random.nextInt(3));
      server.ask("RPUSH", "kindling:queue:{q}:in:" + tenant, QueueBed.count("c-" + i));
      pushed.put(tenant + "/c-" + i, true);
    }
  }

  private void cut(CountDownLatch stop) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(70))
        .atMost(Duration.ofMinutes(5))
        .until(
            () -> {
              server.ask("CLIENT", "KILL", "USER", "driver");
              return stop.getCount() == 0;
            });
  }

  private void assertNothingLost() {
    var args = new ArrayList<>(List.of(LOST, "1", "kindling:queue:{q}:"));
    args.addAll(pushed.keySet());
    assertThat(server.ask("EVAL", args.toArray(String[]::new))).isEqualTo("[]");
  }

  private long answered() {
    long count = 0;
    for (String entry : pushed.keySet()) {
      String id = entry.substring(2);
      String state = server.ask("HGET", "kindling:queue:{q}:cmd:" + id, "state");
      count += state.equals("RESULT_READY") ? 1 : 0;
    }
    return count;
  }

  @Test
  void vanishingDriversAndCutConnections_everyCommandIsAnsweredOnce() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("NothingIsLostIT seed " + seed);
    Random seeds = new Random(seed);
    server.ask("ACL", "SETUSER", "driver", "on", ">pw", "~*", "&*", "+@all");
    var stopCutting = new CountDownLatch(1);
    try {
      var drivers = new ArrayList<Thread>();
      for (int i = 0; i < 3; i++) {
        drivers.add(start("driver-" + i, new Random(seeds.nextLong()), this::drive));
      }
      Thread cutter = start("cutter", seeds, random -> cut(stopCutting));
      Thread checker =
          start(
              "checker",
              seeds,
              random -> {
                while (stopCutting.getCount() > 0) {
                  assertNothingLost();
                }
              });
      var failures = new ArrayList<Throwable>();
      checker.setUncaughtExceptionHandler((thread, e) -> failures.add(e));
      push(new Random(seeds.nextLong()));
      stopCutting.countDown();
      cutter.join();
      checker.join();

      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> answered() == COMMANDS);
      assertThat(failures).isEmpty();
      done.set(true);
      for (Thread driver : drivers) {
        driver.join();
      }
      for (String entry : pushed.keySet()) {
        String id = entry.substring(2);
        String key = "kindling:queue:{q}:cmd:" + id;
        // The answer is that of the last who held it: nobody else's was written over it.
        assertThat(server.ask("HGET", key, "result"))
            .isEqualTo(id + " by token " + server.ask("HGET", key, "token"));
      }
      for (String set :
          List.of("leases", "delayed", "deadlines", "ready:a", "ready:b", "ready:c")) {
        assertThat(server.ask("ZCARD", "kindling:queue:{q}:" + set)).as(set).isEqualTo("0");
      }
    } finally {
      stopCutting.countDown();
      done.set(true);
      server.close();
    }
  }
}
