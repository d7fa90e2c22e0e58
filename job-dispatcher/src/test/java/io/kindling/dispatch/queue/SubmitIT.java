package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.core.KindlingException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pushes under idempotency keys, with back-pressure. */
class SubmitIT {
  private final QueueBed bed = new QueueBed();
  private final QueueClient client = bed.client();

  @AfterEach
  void close() {
    bed.close();
  }

  private Push push(String id, String key) {
    return client.push("a", id, key, Map.of("command", "count", "where", "x > 1"));
  }

  private long listed() {
    return bed.redis.jedis().llen(bed.keys.inbox("a"));
  }

  @Test
  void submit_again_pushesOnce() {
    Push push = push("c-1", "k");

    assertThat(client.submit(push, 10, 10)).isEqualTo("c-1");
    assertThat(client.submit(push, 10, 10)).isEqualTo("c-1");
    assertThat(listed()).isEqualTo(1);

    CommandQueue driver = bed.driver();
    assertThat(client.submit(push, 10, 10)).isEqualTo("c-1");
    driver.finish(driver.take(1).get(0), "1");
    assertThat(client.submit(push, 10, 10)).isEqualTo("c-1");
    assertThat(listed()).isZero();
    assertThat(driver.take(1)).isEmpty();
  }

  @Test
  void submit_afterRedisLostIt_pushesAgain() {
    Push push = push("c-1", "k");
    client.submit(push, 10, 10);
    bed.redis.jedis().del(bed.keys.inbox("a"));

    client.submit(push, 10, 10);
    assertThat(listed()).isEqualTo(1);

    bed.redis.jedis().del(bed.keys.inbox("a"), bed.keys.idempotency("a", "k"));
    client.submit(push, 10, 10);
    assertThat(listed()).isEqualTo(1);
  }

  @Test
  void submit_keyOfTheSameContent_answersTheFirstId() {
    client.submit(push("c-1", "k"), 10, 10);

    assertThat(client.submit(push("c-2", "k"), 10, 10)).isEqualTo("c-1");
    assertThat(listed()).isEqualTo(1);
  }

  @Test
  void submit_keyOfOtherContent_isAConflict() {
    client.submit(push("c-1", "k"), 10, 10);
    Push other = client.push("a", "c-2", "k", Map.of("command", "count", "where", "x > 2"));

    assertThatExceptionOfType(IdempotencyConflictException.class)
        .isThrownBy(() -> client.submit(other, 10, 10))
        .withMessage(
            "Cannot submit command 'c-2' of tenant 'a': its key 'k' stands for command 'c-1' with"
                + " other content")
        .satisfies(e -> assertThat(e.id()).isEqualTo("c-1"));
  }

  @Test
  void submit_keysOfTenants_areApart() {
    client.submit(push("c-1", "k"), 10, 10);
    client.submit(client.push("b", "c-2", "k", Map.of("command", "other")), 10, 10);

    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).tenant("b", 1));
    assertThat(driver.take(5)).extracting(Lease::id).containsExactlyInAnyOrder("c-1", "c-2");
  }

  @Test
  void submit_fullTenant_isRefusedUntilThereIsRoom() {
    CommandQueue driver = bed.driver();
    for (int i = 0; i < 3; i++) {
      client.submit(push("c-" + i, "k-" + i), 3, 100);
    }

    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> client.submit(push("c-3", "k-3"), 3, 100))
        .withMessage(
            "Cannot submit command 'c-3' of tenant 'a' to queue '"
                + bed.queue
                + "': 3 commands of the tenant wait, allowed are 3");
    assertThat(bed.redis.jedis().exists(bed.keys.idempotency("a", "k-3"))).isFalse();

    driver.take(1);
    assertThat(client.submit(push("c-3", "k-3"), 3, 100)).isEqualTo("c-3");
  }

  @Test
  void submit_fullQueue_isRefusedForEveryTenant() {
    CommandQueue driver = bed.driver(o -> o.tenant("a", 1).tenant("b", 1));
    bed.pushCounts("b", "b-1", "b-2", "b-3");
    assertThat(driver.awaitWork(java.time.Duration.ofSeconds(20))).isTrue();

    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> client.submit(push("c-1", "k"), 100, 3))
        .withMessageEndingWith(": 3 commands of all tenants wait, allowed are 3");
  }

  @Test
  void push_payloadThatADriverWouldRefuse_isRefusedAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.push("a", "c-1", "k", Map.of("where", "x")))
        .withMessage("Cannot accept command 'c-1': there is no 'command'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.push("a", "c\n1", "k", Map.of("command", "count")))
        .withMessage(
            "Cannot use 'c\\u000a1' as an id: allowed are 1 to 128 of A-Z a-z 0-9 _ . : -");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.push("a\nb", "c-1", "k", Map.of("command", "count")))
        .withMessage(
            "Cannot use 'a\\u000ab' as a tenant: allowed are 1 to 64 of A-Z a-z 0-9 _ . -");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> client.push("a", "c-1", "k", Map.of("command", "x", "y", "z".repeat(1 << 20))))
        .withMessageStartingWith("Cannot accept the payload: it has 1,048,");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.push("a", "c-1", "k", Map.of("command", "x", "y", new Object())))
        .withMessage(
            "Cannot write JSON: java.lang.Object is neither map, list, string, number, boolean nor"
                + " null");
  }

  @Test
  void submit_wakesADriverThroughABoundedList() {
    for (int i = 0; i < 5; i++) {
      client.submit(push("c-" + i, "k-" + i), 10, 10);
    }

    assertThat(bed.redis.jedis().llen(bed.keys.wake())).isEqualTo(1);
  }

  @Test
  void states_manyIds_areReadTogether() {
    CommandQueue driver = bed.driver();
    bed.pushCounts("a", "c-1", "c-2");
    driver.finish(driver.take(1).get(0), "1");

    assertThat(client.states(List.of("c-1", "none", "c-2")))
        .isEqualTo(Map.of("c-1", CommandState.RESULT_READY, "c-2", CommandState.QUEUED));
  }

  @Test
  void otherFormat_isNamedByDriversAndClients() {
    bed.redis.jedis().hset(bed.keys.meta(), "format", "2");

    String message =
        "Cannot use queue '"
            + bed.queue
            + "' at "
            + bed.redis
            + ": its format is 2, this build reads 1";
    assertThatExceptionOfType(KindlingException.class).isThrownBy(bed::driver).withMessage(message);
    assertThatExceptionOfType(KindlingException.class)
        .isThrownBy(() -> client.submit(push("c-1", "k"), 10, 10))
        .withMessage(message);
  }
}
