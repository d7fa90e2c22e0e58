package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.RedisScript;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;

/**
 * No call keeps Redis busy for long, whatever is queued. What it costs is printed, from SLOWLOG;
 * asserted is what bounds it: how much one call does.
 */
class BoundedTimeIT {
  private static final List<String> SCRIPTS =
      List.of(
          "submit",
          "peek",
          "admit",
          "take",
          "renew",
          "progress",
          "finish",
          "requeue",
          "reap",
          "cancel",
          "revive",
          "stats");

  private static final int TENANTS = 64;

  private static String tenant(int i) {
    return "tenant-" + i % TENANTS;
  }

  /** Microseconds of all calls of each script, the shortest first. */
  private static Map<String, List<Long>> times(TestRedis server) {
    var names = new HashMap<String, String>();
    for (String name : SCRIPTS) {
      RedisScript script = RedisScript.fromClasspath(QueueScripts.class, name + ".lua");
      names.put(script.sha1(), name);
      names.put(firstLine(script.source()), name);
    }
    var times = new TreeMap<String, List<Long>>();
    try (var connection = new Connection("127.0.0.1", server.port())) {
      connection.sendCommand(Protocol.Command.SLOWLOG, "GET", "-1");
      for (Object one : connection.getObjectMultiBulkReply()) {
        List<?> entry = (List<?>) one;
        List<?> words = (List<?>) entry.get(3);
        String name = words.size() < 2 ? null : names.get(firstLine(Reply.text(words.get(1))));
        if (name != null) {
          times.computeIfAbsent(name, key -> new ArrayList<>()).add(Reply.number(entry.get(2)));
        }
      }
    }
    times.values().forEach(Collections::sort);
    return times;
  }

  private static String firstLine(String text) {
    return text.substring(0, Math.min(60, text.length()));
  }

  private static void print(String what, Map<String, List<Long>> times) {
    var line = new StringBuilder("BoundedTimeIT " + what + ", us of calls median/p99/longest:");
    times.forEach(
        (name, all) ->
            line.append(
                String.format(
                    " %s %,d/%,d/%,d of %,d",
                    name,
                    all.get(all.size() / 2),
                    all.get(all.size() * 99 / 100),
                    all.get(all.size() - 1),
                    all.size())));
    System.out.println(line);
  }

  private static TestRedis server() {
    return TestRedis.start("--slowlog-log-slower-than", "0", "--slowlog-max-len", "2000000");
  }

  private static CommandQueue driver(QueueBed bed) {
    return bed.driver(
        options -> {
          for (int i = 0; i < TENANTS; i++) {
            options.tenant(tenant(i), 1 + i % 3);
          }
          return options.maxRecoveries(0);
        });
  }

  @Test
  void tenThousandCommandsOf64Tenants_areHandledInSmallSteps() {
    try (TestRedis server = server();
        QueueBed bed = new QueueBed(server)) {
      CommandQueue gone = driver(bed);
      try (var pipeline = bed.redis.pipeline()) {
        for (int i = 0; i < 10_000; i++) {
          String padding = "x".repeat(i % 700);
          pipeline.rpush(
              bed.keys.inbox(tenant(i)),
              "{\"id\":\"c-" + i + "\",\"command\":\"count\",\"where\":\"" + padding + "\"}");
        }
      }

      List<Lease> leases = gone.take(10_000);
      assertThat(leases).hasSize(10_000);
      var results = new LinkedHashMap<Lease, String>();
      leases.subList(0, 4_000).forEach(lease -> results.put(lease, "{\"count\":1}"));
      gone.progress(results);
      gone.finish(results);
      gone.requeue(leases.subList(4_000, 5_000));
      gone.close();
      CommandQueue driver = driver(bed);
      leases
          .subList(5_000, 7_000)
          .forEach(l -> bed.redis.jedis().zadd(bed.keys.leases(), 1, l.entry()));
      leases.subList(7_000, 9_000).forEach(l -> bed.passDeadline(l.tenant(), l.id()));
      assertThat(driver.reap()).isEqualTo(4_000);
      driver.stats();
      bed.client().cancel(leases.get(9_500).tenant(), leases.get(9_500).id());

      Map<String, List<Long>> times = times(server);
      print("10,000 commands of 64 tenants", times);
      assertThat(times.get("admit")).hasSizeGreaterThanOrEqualTo(10_000 / Intake.MAX_PAYLOADS);
      assertThat(times.get("take")).hasSizeGreaterThanOrEqualTo(10_000 / CommandQueue.MAX_TAKEN);
      assertThat(times.get("reap")).hasSizeGreaterThanOrEqualTo(50);
    }
  }

  @Test
  void payloadsOfOneMebibyte_areHandledOneByOne() {
    try (TestRedis server = server();
        QueueBed bed = new QueueBed(server)) {
      String large = "{\"command\":\"count\",\"where\":\"" + "x".repeat(1_000_000) + "\"}";
      String nested = "{\"command\":\"count\",\"where\":" + "[".repeat(1_000_000);
      String huge = "y".repeat(20_000_000);
      for (int i = 0; i < 60; i++) {
        bed.push(tenant(i), i % 3 == 0 ? nested : large);
      }
      bed.push(tenant(3), huge);
      for (int i = 0; i < 500; i++) {
        bed.pushCounts(tenant(i), "c-" + i);
      }
      CommandQueue driver = driver(bed);

      var taken = new ArrayList<Lease>();
      while (driver.awaitWork(Duration.ofMillis(300))) {
        List<Lease> leases = driver.take(100);
        leases.forEach(lease -> driver.finish(lease, "1"));
        taken.addAll(leases);
      }

      assertThat(taken).hasSize(540);
      assertThat(driver.stats().refused()).isEqualTo(21);
      Map<String, List<Long>> times = times(server);
      print("1 MB payloads, one of 20 MB", times);
      assertThat(times.get("peek")).hasSizeGreaterThanOrEqualTo(60);
    }
  }

  @Test
  void keySubmittedAgainBehindTenThousand_isFoundInTheList() {
    try (TestRedis server = server();
        QueueBed bed = new QueueBed(server)) {
      QueueClient client = bed.client();
      Push push = client.push("a", "c-0", "k", Map.of("command", "count"));
      for (int i = 1; i < 10_000; i++) {
        bed.redis.jedis().rpush(bed.keys.inbox("a"), QueueBed.count("c-" + i));
      }
      client.submit(push, 20_000, 20_000);

      client.submit(push, 20_000, 20_000);
      client.cancel(push);

      print("a list of 10,000", times(server));
      assertThat(bed.state("c-0")).isEqualTo("CANCELLED");
      assertThat(bed.redis.jedis().llen(bed.keys.inbox("a"))).isEqualTo(9_999);
    }
  }
}
