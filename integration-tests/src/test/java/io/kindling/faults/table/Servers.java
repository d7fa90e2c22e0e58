package io.kindling.faults.table;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import redis.clients.jedis.exceptions.JedisException;

/** Servers to which faults happen, without any of the library under test. */
interface Servers extends AutoCloseable {
  /** How long most faults last: less than the clients' retry-for of 10 s. */
  Duration SHORT = Duration.ofSeconds(4);

  /** Longer than it. */
  Duration LONG = Duration.ofSeconds(13);

  Pattern ERRORS = Pattern.compile("errorstat_(\\w+):count=(\\d+)");

  /** How clients reach them. */
  RedisConfig config();

  /** A name for model, run and queue: their keys lie where faults happen. */
  String name();

  /** How many nodes there are or were. */
  int nodes();

  /** Runs a command on the node of this index. */
  String ask(int node, String command, String... args);

  /** Forgets the errors of before the fault. */
  default void forgetErrors() {
    for (int node = 0; node < nodes(); node++) {
      ask(node, "CONFIG", "RESETSTAT");
    }
  }

  /** With which errors those nodes answered that are still there, by prefix. */
  default Map<String, Long> errors() {
    Map<String, Long> errors = new TreeMap<>();
    for (int node = 0; node < nodes(); node++) {
      try {
        Matcher error = ERRORS.matcher(ask(node, "INFO", "errorstats"));
        while (error.find()) {
          errors.merge(error.group(1), Long.parseLong(error.group(2)), Long::sum);
        }
      } catch (JedisException e) {
        // It was killed.
      }
    }
    return errors;
  }

  /** The process of a node. */
  default long pid(int node) {
    Matcher pid = Pattern.compile("process_id:(\\d+)").matcher(ask(node, "INFO", "server"));
    if (!pid.find()) {
      throw new IllegalStateException("INFO tells no process");
    }
    return Long.parseLong(pid.group(1));
  }

  @Override
  void close();

  /** Has a fault last. */
  static void hold(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  /** Does something again and again for as long as a short fault lasts. */
  static void repeat(Duration interval, Runnable action) {
    long end = System.nanoTime() + SHORT.toNanos();
    while (System.nanoTime() - end < 0) {
      action.run();
      hold(interval);
    }
  }

  /** One server. */
  record Single(TestRedis redis) implements Servers {
    static Single start(String... arguments) {
      return new Single(TestRedis.start(arguments));
    }

    @Override
    public RedisConfig config() {
      return redis.config();
    }

    @Override
    public String name() {
      return "faults";
    }

    @Override
    public int nodes() {
      return 1;
    }

    @Override
    public String ask(int node, String command, String... args) {
      return redis.ask(command, args);
    }

    String ask(String command, String... args) {
      return redis.ask(command, args);
    }

    /** Waits until it answers. */
    void awaitAnswer() {
      Awaitility.await("the server answers")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .ignoreExceptions()
          .until(() -> ask("PING").equals("PONG"));
    }

    @Override
    public void close() {
      redis.close();
    }
  }

  /** A master (node 0), its replica (node 1), and a sentinel that watches them. */
  record Watched(TestRedis master, TestRedis replica, TestRedis.Sentinel sentinel)
      implements Servers {
    static Watched start() {
      TestRedis master = TestRedis.start();
      TestRedis replica = TestRedis.startReplicaOf(master);
      TestRedis.Sentinel sentinel = TestRedis.startSentinel(master);
      Awaitility.await("the sentinel knows the replica")
          .atMost(Duration.ofSeconds(60))
          .until(() -> sentinel.ask("INFO").contains("slaves=1"));
      return new Watched(master, replica, sentinel);
    }

    @Override
    public RedisConfig config() {
      return sentinel.config();
    }

    @Override
    public String name() {
      return "faults";
    }

    @Override
    public int nodes() {
      return 2;
    }

    @Override
    public String ask(int node, String command, String... args) {
      return List.of(master, replica).get(node).ask(command, args);
    }

    @Override
    public void close() {
      sentinel.close();
      replica.close();
      master.close();
    }
  }
}
