package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.queue.CommandShape.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a bare RPUSH to a record. */
class AdmissionIT {
  private final QueueBed bed = new QueueBed();

  @AfterEach
  void close() {
    bed.close();
  }

  private List<Lease> takeAll(CommandQueue driver) {
    return driver.take(1_000);
  }

  private CommandRecord onlyRefused() {
    List<CommandRecord> refused = bed.client().refused(10);
    assertThat(refused).hasSize(1);
    return refused.get(0);
  }

  /** The lines of docs/format/queue-v1.md, word for word. */
  private static List<List<String>> shellLines() {
    Pattern word = Pattern.compile("'([^']*)'|(\\S+)");
    var lines = new ArrayList<List<String>>();
    for (String line : DocBlock.text("docs/format/queue-v1.md").split("\n", -1)) {
      if (line.startsWith("redis-cli ")) {
        var words = new ArrayList<String>();
        Matcher m = word.matcher(line.substring("redis-cli ".length()));
        while (m.find()) {
          words.add(m.group(1) == null ? m.group(2) : m.group(1));
        }
        lines.add(words);
      }
    }
    return lines;
  }

  @Test
  void shellLinesOfTheDocs_areAnsweredInARecord() {
    try (TestRedis server = TestRedis.start();
        CommandQueue driver =
            CommandQueue.open(
                server.config(), QueueOptions.builder("demo").tenant("web", 1).build())) {
      List<List<String>> lines = shellLines();
      assertThat(lines).hasSize(3);
      server.ask(lines.get(0).get(0), lines.get(0).subList(1, 4 - 1).toArray(String[]::new));

      assertThat(driver.awaitWork(Duration.ofSeconds(20))).isTrue();
      assertThat(server.ask("HGET", "kindling:queue:{demo}:cmd:c-1", "state")).isEqualTo("QUEUED");
      driver.finish(driver.take(1).get(0), "{\"count\":7}");

      assertThat(ask(server, lines.get(1))).isEqualTo("RESULT_READY");
      assertThat(ask(server, lines.get(2)))
          .contains("result, {\"count\":7}", "tenant, web", "command, count", "finished, ");
    }
  }

  private static String ask(TestRedis server, List<String> line) {
    return server.ask(line.get(0), line.subList(1, line.size()).toArray(String[]::new));
  }

  @Test
  void push_good_isQueuedUntouched() {
    String payload =
        "{ \"id\":\"c-1\",\n\"command\":\"count\", \"where\":\"name = 'Ärger \\u20ac'\","
            + " \"timeoutMillis\":60000 }";
    bed.push("a", payload);

    List<Lease> leases = takeAll(bed.driver());

    assertThat(leases).hasSize(1);
    Lease lease = leases.get(0);
    assertThat(lease.payload()).isEqualTo(payload);
    assertThat(lease.command()).isEqualTo("count");
    assertThat(lease.tenant()).isEqualTo("a");
    assertThat(Duration.between(lease.submitted(), lease.deadline()))
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(bed.record("c-1"))
        .containsEntry("state", "RUNNING")
        .containsEntry("tenant", "a")
        .containsEntry("payload", payload)
        .containsEntry("recoveries", "0")
        .containsEntry("attempts", "0")
        .containsEntry("token", String.valueOf(lease.token()))
        .containsKeys("submitted", "started", "deadline", "order", "digest", "driver")
        .doesNotContainKeys("key", "error", "result", "finished");
  }

  @Test
  void push_withoutId_getsOne() {
    bed.push("a", "{\"command\":\"count\"}");

    List<Lease> leases = takeAll(bed.driver());

    assertThat(leases).hasSize(1);
    assertThat(leases.get(0).id()).matches("[0-9a-f-]{36}");
    assertThat(bed.state(leases.get(0).id())).isEqualTo("RUNNING");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "not JSON | Cannot accept the payload: it is not JSON at line 1, column 1",
        "{\"command\":\"count\",} | Cannot accept the payload: it is not JSON at line 1, column 21",
        "{\"command\":\"count\" | Cannot accept the payload: it is not JSON: it ends too early",
        "{\"command\":\"count\"}{} | Cannot accept the payload: it is not JSON at line 1, column 21",
        "`` | Cannot accept the payload: it is not JSON: it ends too early",
        "[1] | Cannot accept the payload: it is an array: allowed is an object, as in"
            + " {\"command\":...}",
        "\"count\" | Cannot accept the payload: it is a string: allowed is an object, as in"
            + " {\"command\":...}",
        "{\"a\":1,\"a\":2} | Cannot accept the payload: 'a' stands twice in an object",
        "{} | Cannot accept the command: there is no 'command'",
        "{\"command\":7} | Cannot accept the command: 'command' is a number: allowed is a string of"
            + " 1 to 64 of A-Z a-z 0-9 _ . -",
        "{\"command\":null} | Cannot accept the command: 'command' is null: allowed is a string of"
            + " 1 to 64 of A-Z a-z 0-9 _ . -",
        "{\"command\":\"count\",\"id\":\"a\\nb\"} | Cannot accept the command: 'id' is 'a\\u000ab':"
            + " allowed is a string of 1 to 128 of A-Z a-z 0-9 _ . : -",
        "{\"command\":\"count\",\"id\":\"\"} | Cannot accept the command: 'id' is '': allowed is a"
            + " string of 1 to 128 of A-Z a-z 0-9 _ . : -",
        "{\"command\":\"count\",\"id\":5} | Cannot accept the command: 'id' is a number: allowed is"
            + " a string of 1 to 128 of A-Z a-z 0-9 _ . : -",
        "{\"command\":\"count\",\"key\":[]} | Cannot accept the command: 'key' is an array: allowed"
            + " is a string of 1 to 128 of A-Z a-z 0-9 _ . : -",
        "{\"command\":\"count\",\"timeoutMillis\":1.5} | Cannot accept the command: 'timeoutMillis'"
            + " is a number: allowed is a whole number from 1 to 604800000",
        "{\"command\":\"count\",\"timeoutMillis\":1e3} | Cannot accept the command: 'timeoutMillis'"
            + " is a number: allowed is a whole number from 1 to 604800000",
        "{\"command\":\"count\",\"timeoutMillis\":604800001} | Cannot accept the command:"
            + " 'timeoutMillis' is a number: allowed is a whole number from 1 to 604800000",
      })
  void push_bad_becomesAFailedRecordWithOneMessage(String payload, String message) {
    bed.push("a", payload, QueueBed.count("good"));

    List<Lease> leases = takeAll(bed.driver());

    assertThat(leases).extracting(Lease::id).containsExactly("good");
    CommandRecord refused = onlyRefused();
    assertThat(refused.id()).startsWith("bad-");
    assertThat(refused.state()).isEqualTo(CommandState.FAILED);
    assertThat(refused.tenant()).isEqualTo("a");
    assertThat(refused.error()).isEqualTo(message);
    assertThat(refused.payload()).isEqualTo(payload);
    assertThat(bed.redis.jedis().pttl(bed.keys.record(refused.id()))).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cuont | {} | there is no 'cuont'; the nearest is 'count'",
        "count | {\"were\":\"a\"} | 'count' has no parameter 'were'; the nearest is 'where'",
        "count | {} | 'count' needs the parameter 'where'",
        "count | {\"where\":null} | 'where' is null: allowed is a string",
        "count | {\"where\":\"a\",\"rows\":\"5\"} | 'rows' is a string: allowed is a number",
        "count | {\"where\":\"a\",\"exact\":1} | 'exact' is a number: allowed is true or false",
        "count | {\"where\":\"a\",\"by\":{}} | 'by' is an object: allowed is an array",
        "ping | {\"x\":1} | 'ping' has no parameter 'x'; it has none",
      })
  void push_notAsDeclared_isRefusedUnderItsOwnId(String command, String parameters, String why) {
    String rest = parameters.equals("{}") ? "}" : "," + parameters.substring(1);
    bed.push("a", "{\"id\":\"c-1\",\"command\":\"" + command + "\"" + rest);
    CommandShape count =
        CommandShape.of("count")
            .require("where", Kind.TEXT)
            .allow("rows", Kind.NUMBER)
            .allow("exact", Kind.FLAG)
            .allow("by", Kind.LIST)
            .allow("options", Kind.OBJECT);

    CommandQueue driver =
        bed.driver(o -> o.tenant("a", 1).commands(List.of(count, CommandShape.of("ping"))));

    assertThat(takeAll(driver)).isEmpty();
    assertThat(bed.state("c-1")).isEqualTo("FAILED");
    assertThat(bed.error("c-1")).isEqualTo("Cannot accept command 'c-1': " + why);
  }

  @Test
  void push_asDeclared_isQueued() {
    CommandShape count =
        CommandShape.of("count").require("where", Kind.TEXT).allow("options", Kind.OBJECT);
    bed.push("a", "{\"id\":\"c-1\",\"command\":\"count\",\"where\":\"a\",\"options\":null}");
    bed.push("a", "{\"id\":\"c-2\",\"command\":\"count\",\"where\":\"a\",\"options\":{}}");

    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).commands(List.of(count)));

    assertThat(takeAll(driver)).extracting(Lease::id).containsExactly("c-1", "c-2");
  }

  @Test
  void push_deeplyNested_isRefused() {
    bed.push(
        "a", "{\"command\":\"count\",\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
    bed.push("a", "{\"command\":\"count\",\"x\":" + "{\"y\":".repeat(10_000));

    assertThat(takeAll(bed.driver())).isEmpty();
    assertThat(bed.client().refused(10))
        .extracting(CommandRecord::error)
        .allSatisfy(
            error ->
                assertThat(error)
                    .startsWith("Cannot accept the payload: it is nested deeper than 32 levels at"))
        .hasSize(2);
  }

  @Test
  void push_manyValues_isRefused() {
    bed.push("a", "{\"command\":\"count\",\"x\":[" + "0,".repeat(60_000) + "0]}");

    assertThat(takeAll(bed.driver())).isEmpty();
    assertThat(onlyRefused().error())
        .isEqualTo("Cannot accept the payload: it has more than 50000 values");
    assertThat(onlyRefused().payload()).hasSize(1_024);
  }

  @Test
  void push_oneMebibyte_isTheMost() {
    String frame = "{\"id\":\"large\",\"command\":\"count\",\"where\":\"\"}";
    String fits = frame.replace("\"\"", "\"" + "x".repeat((1 << 20) - frame.length()) + "\"");
    bed.push("a", fits, fits.replace("large", "larger"), QueueBed.count("small"));

    List<Lease> leases = takeAll(bed.driver());

    assertThat(leases).extracting(Lease::id).containsExactly("large", "small");
    assertThat(leases.get(0).payload()).isEqualTo(fits);
    assertThat(onlyRefused().error())
        .isEqualTo("Cannot accept the payload: it has 1,048,577 bytes, allowed are 1,048,576");
    assertThat(onlyRefused().payload())
        .isEqualTo(fits.replace("large", "larger").substring(0, 1_024));
  }

  @Test
  void push_notUtf8_isRefused() {
    byte[] latin = "{\"command\":\"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
    bed.redis.jedis().rpush(bed.keys.inbox("a").getBytes(StandardCharsets.UTF_8), latin);

    assertThat(takeAll(bed.driver())).isEmpty();
    assertThat(onlyRefused().error()).isEqualTo("Cannot accept the payload: it is not UTF-8");
  }

  @Test
  void push_idTwice_secondIsRefusedUnderItsOwnRecord() {
    bed.push("a", QueueBed.count("c-1"), QueueBed.count("c-1"));

    assertThat(takeAll(bed.driver())).extracting(Lease::id).containsExactly("c-1");
    assertThat(onlyRefused().id()).startsWith("dup-");
    assertThat(onlyRefused().error())
        .isEqualTo("Cannot accept command 'c-1': there is one with this id already");
    assertThat(bed.state("c-1")).isEqualTo("RUNNING");
  }

  @Test
  void push_badUnderAnIdThatIsTaken_leavesThatRecordAlone() {
    CommandQueue driver = bed.driver();
    bed.pushCounts("a", "c-1");
    driver.finish(takeAll(driver).get(0), "1");

    bed.push("a", "{\"id\":\"c-1\",\"command\":1}");

    assertThat(takeAll(driver)).isEmpty();
    assertThat(bed.state("c-1")).isEqualTo("RESULT_READY");
    assertThat(onlyRefused().id()).startsWith("dup-");
  }

  @Test
  void push_idOfAnotherTenant_isRefused() {
    String payload = "{\"id\":\"c-1\",\"command\":\"count\",\"key\":\"k\"}";
    bed.push("a", payload);
    bed.push("b", payload);

    List<Lease> leases = takeAll(bed.driver(o -> o.tenant("a", 1).tenant("b", 1)));

    assertThat(leases).extracting(Lease::tenant).containsExactly("a");
    assertThat(onlyRefused().tenant()).isEqualTo("b");
    assertThat(onlyRefused().error()).endsWith("there is one with this id already");
  }

  @Test
  void push_sameIdKeyAndContent_isTheSamePush() {
    bed.push(
        "a", "{\"id\":\"c-1\",\"command\":\"count\",\"key\":\"k\",\"x\":[1,{\"p\":1,\"q\":2}]}");
    bed.push(
        "a", "{\"x\":[1,{\"q\":2,\"p\":1}],\"key\":\"k\",\"id\":\"c-1\",\"command\":\"count\"}");

    assertThat(takeAll(bed.driver())).extracting(Lease::id).containsExactly("c-1");
    assertThat(bed.client().refused(10)).isEmpty();
    assertThat(bed.redis.jedis().get(bed.keys.idempotency("a", "k")))
        .isEqualTo("c-1 " + bed.record("c-1").get("digest"));
  }

  @Test
  void push_keyAgainWithoutId_leadsToTheFirst() {
    bed.push("a", "{\"command\":\"count\",\"key\":\"k\"}", "{\"command\":\"count\",\"key\":\"k\"}");

    List<Lease> leases = takeAll(bed.driver());

    assertThat(leases).hasSize(1);
    assertThat(bed.redis.jedis().get(bed.keys.idempotency("a", "k")))
        .startsWith(leases.get(0).id() + " ");
    assertThat(bed.client().refused(10)).isEmpty();
  }

  @Test
  void push_keyAgainWithOtherContentOrId_isRefused() {
    bed.push("a", "{\"id\":\"c-1\",\"command\":\"count\",\"key\":\"k\"}");
    bed.push("a", "{\"id\":\"c-2\",\"command\":\"count\",\"key\":\"k\",\"where\":\"x\"}");
    bed.push("a", "{\"id\":\"c-3\",\"command\":\"count\",\"key\":\"k\"}");

    assertThat(takeAll(bed.driver())).extracting(Lease::id).containsExactly("c-1");
    assertThat(bed.client().refused(10))
        .extracting(CommandRecord::error)
        .containsExactlyInAnyOrder(
            "Cannot accept command 'c-2': its key 'k' stands for command 'c-1' with other content",
            "Cannot accept command 'c-3': its key 'k' stands for the same command with id 'c-1'");
  }

  @Test
  void push_idOfSomethingThatIsNoRecord_isRefusedAndHarmsNothing() {
    bed.redis.jedis().set(bed.keys.record("c-1"), "not ours");
    bed.pushCounts("a", "c-1", "c-2");

    assertThat(takeAll(bed.driver())).extracting(Lease::id).containsExactly("c-2");
    assertThat(onlyRefused().error()).endsWith("there is one with this id already");
    assertThat(bed.redis.jedis().get(bed.keys.record("c-1"))).isEqualTo("not ours");
  }

  @Test
  void push_aFloodOfBadPayloads_keepsTheNewestThousand() {
    String[] bad = new String[1_500];
    for (int i = 0; i < bad.length; i++) {
      bad[i] = "bad " + i;
    }
    bed.push("a", bad);

    CommandQueue driver = bed.driver();

    assertThat(takeAll(driver)).isEmpty();
    QueueStats stats = driver.stats();
    assertThat(stats.refused()).isEqualTo(1_000);
    assertThat(stats.tenant("a").counts()).isEqualTo(Map.of("REFUSED", 1_500L));
    assertThat(bed.redis.jedis().keys(bed.keys.record("bad-*"))).hasSize(1_000);
    var kept = new HashSet<String>();
    bed.client().refused(1_000).forEach(record -> kept.add(record.payload()));
    assertThat(kept).contains("bad 1499").doesNotContain("bad 0");
  }

  @Test
  void push_moreThanMayBeReady_staysInItsList() {
    for (int i = 0; i < 300; i++) {
      bed.pushCounts("a", "c-" + i);
    }

    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).maxReady(100));

    QueueStats.Tenant before = driver.stats().tenant("a");
    assertThat(before.ready()).isBetween(100L, 100L + Intake.MAX_PAYLOADS);
    assertThat(before.depth()).isEqualTo(300);
    var ids = new HashSet<String>();
    for (int i = 0; i < 10; i++) {
      driver.take(50).forEach(lease -> ids.add(lease.id()));
    }
    assertThat(ids).hasSize(300);
  }

  @Test
  void everyKey_hasATimeToLive() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).maxRecoveries(0));
    bed.push("a", "bad", "{\"id\":\"k-1\",\"command\":\"count\",\"key\":\"k\"}");
    bed.pushCounts("a", "c-1", "c-2", "c-3", "c-4", "c-5");
    bed.client().submit(bed.client().push("b", "s-1", "s-1", Map.of("command", "count")), 10, 10);
    bed.redis.jedis().del(bed.keys.inbox("b"));
    List<Lease> leases = driver.take(5);
    driver.finish(leases.get(0), "1");
    driver.retryLater(leases.get(1), "later");
    bed.loseLease(driver, "a", leases.get(2).id());

    assertThat(bed.redis.jedis().keys(bed.keys.base() + "*"))
        .hasSizeGreaterThan(12)
        .allSatisfy(key -> assertThat(bed.redis.jedis().pttl(key)).as(key).isPositive());
  }
}
