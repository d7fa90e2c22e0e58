package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisPipeline;
import io.kindling.core.testing.TestRedis;
import io.kindling.core.testing.TopologyContract;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Submission;
import io.kindling.dispatch.SubmitClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What must hold of queues on every way to run Redis, and with the rights of docs/acl.md. */
abstract class QueueContract extends TopologyContract {
  private final String queue = queue();
  private final QueueKeys keys = new QueueKeys(queue);

  /** Who takes commands. */
  RedisConfig driver() {
    return admin();
  }

  /** Who submits them, as tenant web. */
  RedisConfig client() {
    return admin();
  }

  /** The queue's name. */
  String queue() {
    return TestRedis.prefix() + "q";
  }

  /** How long to wait for what another thread brings. */
  Duration patience() {
    return Duration.ofSeconds(30);
  }

  private CommandQueue open(UnaryOperator<QueueOptions.Builder> choices) {
    QueueOptions.Builder options =
        QueueOptions.builder(queue)
            .tenant("web", 1)
            .tenant("other", 1)
            .reapInterval(Duration.ofMinutes(5));
    return later(CommandQueue.open(driver(), choices.apply(options).build()));
  }

  private void push(String tenant, String... payloads) {
    try (Redis admin = Redis.connect(admin())) {
      admin.jedis().rpush(keys.inbox(tenant), payloads);
    }
  }

  private static String count(String id) {
    return "{\"id\":\"" + id + "\",\"command\":\"count\"}";
  }

  private static Push push(QueueClient client, String id, String key, Object value) {
    return client.push("web", id, key, Map.of("command", "count", "value", value));
  }

  private List<Lease> take(CommandQueue driver, int most) {
    assertThat(driver.awaitWork(patience())).isTrue();
    return driver.take(most);
  }

  /** As if the time had come that the entry waits for. */
  private void due(String set, String entry) {
    try (Redis admin = Redis.connect(admin())) {
      admin.jedis().zadd(set, 1, entry);
    }
  }

  @Test
  @DisplayName("takes commands, tells how far they are, ends them")
  void command_submitted_isTakenAndEnded() {
    CommandQueue driver = open(options -> options);
    QueueClient client = new QueueClient(connect(client()), queue);
    client.submit(push(client, "c-1", "k-1", 1), 10, 10);
    client.submit(push(client, "c-2", "k-2", 2), 10, 10);

    List<Lease> leases = take(driver, 2);
    assertThat(leases).extracting(Lease::id).containsExactly("c-1", "c-2");
    assertThat(leases.get(0).payload()).contains("\"value\":1");
    assertThat(driver.progress(Map.of(leases.get(0), "{\"rows\":7}")))
        .containsExactly(Settled.DONE);
    assertThat(client.progress("c-1")).contains("{\"rows\":7}");
    driver.finish(leases.get(0), "12");
    driver.fail(leases.get(1), "on purpose");

    assertThat(client.read("c-1").map(CommandRecord::result)).isEqualTo(Optional.of("12"));
    assertThat(client.read("c-2").map(CommandRecord::error)).isEqualTo(Optional.of("on purpose"));
    assertThat(client.states(List.of("c-1", "c-2", "none"))).hasSize(2);
    assertThat(driver.stats().tenant("web").counts())
        .isEqualTo(Map.of("RESULT_READY", 1L, "FAILED", 1L));
  }

  @Test
  @DisplayName("pushes once under a key, and not above the depth")
  void submit_againAndTooMany_isPushedOnce() {
    QueueClient client = new QueueClient(connect(client()), queue);
    assertThat(client.submit(push(client, "c-1", "k", 1), 2, 10)).isEqualTo("c-1");
    assertThat(client.submit(push(client, "c-1", "k", 1), 2, 10)).isEqualTo("c-1");
    assertThat(client.submit(push(client, "c-2", "k", 1), 2, 10)).isEqualTo("c-1");
    assertThatExceptionOfType(IdempotencyConflictException.class)
        .isThrownBy(() -> client.submit(push(client, "c-3", "k", 2), 2, 10));
    client.submit(push(client, "c-4", "k-4", 1), 2, 10);
    assertThatExceptionOfType(QueueFullException.class)
        .isThrownBy(() -> client.submit(push(client, "c-5", "k-5", 1), 2, 10));

    CommandQueue driver = open(options -> options);
    assertThat(take(driver, 9)).extracting(Lease::id).containsExactly("c-1", "c-4");
    assertThat(client.submit(push(client, "c-1", "k", 1), 2, 10)).isEqualTo("c-1");
    assertThat(driver.take(9)).isEmpty();
  }

  @Test
  @DisplayName("takes what was merely pushed")
  void push_bare_isTaken() {
    CommandQueue driver = open(options -> options);
    Redis client = connect(client());
    client.jedis().rpush(keys.inbox("web"), count("c-1"));

    Lease lease = take(driver, 1).get(0);
    driver.finish(lease, "1");

    assertThat(client.jedis().hgetAll(keys.record("c-1"))).containsEntry("result", "1");
  }

  @Test
  @DisplayName("submits and hears of the end")
  void submitClient_command_isAnswered() throws Exception {
    CommandQueue driver = open(options -> options);
    SubmitClient client = later(SubmitClient.builder(client(), queue, "web").build());

    Submission submission = client.submit(CommandRequest.of("count").with("value", 1));
    driver.finish(take(driver, 1).get(0), "5");

    assertThat(submission.await(patience())).isEqualTo("5");
  }

  @Test
  @DisplayName("wakes for what is pushed")
  void awaitWork_pushes_wakeIt() throws Exception {
    CommandQueue driver = open(options -> options);
    for (String tenant : List.of("web", "other")) {
      CompletableFuture<Boolean> woken =
          CompletableFuture.supplyAsync(() -> driver.awaitWork(patience()));
      try (Redis admin = Redis.connect(admin())) {
        await()
            .pollDelay(Duration.ofMillis(300)) // Meanwhile it has begun to block.
            .until(() -> !woken.isDone());
        QueueClient client = new QueueClient(admin, queue);
        client.submit(client.push(tenant, "c-" + tenant, "k", Map.of("command", "x")), 9, 9);
      }
      assertThat(woken.get()).isTrue();
      driver.finish(driver.take(1).get(0), "1");
    }
  }

  @Test
  @DisplayName("puts commands back, and recovers those of lost drivers")
  void command_notEnded_isTakenAgain() {
    CommandQueue driver = open(options -> options.maxRecoveries(1));
    push("web", count("c-1"), count("c-2"), count("c-3"));
    List<Lease> leases = take(driver, 3);

    assertThat(driver.retryLater(leases.get(0), "why")).isEqualTo(Settled.DONE);
    assertThat(driver.requeue(leases.subList(1, 2))).containsExactly(Settled.DONE);
    due(keys.delayed(), "web/c-1");
    assertThat(take(driver, 9)).extracting(Lease::id).containsExactlyInAnyOrder("c-1", "c-2");
    lose(driver, "c-3");
    Lease again = take(driver, 9).get(0);
    assertThat(again.recoveries()).isEqualTo(1);
    lose(driver, "c-3");

    QueueClient operator = new QueueClient(connect(driver()), queue);
    assertThat(operator.dead(5)).extracting(CommandRecord::id).containsExactly("c-3");
    assertThat(operator.revive("web", "c-3", Duration.ofMinutes(1))).isTrue();
    assertThat(take(driver, 9)).extracting(Lease::id).containsExactly("c-3");
  }

  /** As if its driver had not been heard of for the time of a lease, until it is reaped. */
  private void lose(CommandQueue reaper, String id) {
    QueueClient client = new QueueClient(connect(admin()), queue);
    await()
        .atMost(patience())
        .until(
            () -> { // Its keeper may renew in between.
              due(keys.leases(), "web/" + id);
              reaper.reap();
              return client.read(id).orElseThrow().state() != CommandState.RUNNING;
            });
  }

  @Test
  @DisplayName("cancels")
  void cancel_whereverItIs_endsIt() {
    QueueClient operator = new QueueClient(connect(driver()), queue);
    QueueClient client = new QueueClient(connect(client()), queue);
    Push pushed = push(client, "c-1", "k-1", 1);
    client.submit(pushed, 10, 10);
    assertThat(operator.cancel(pushed)).isEqualTo(QueueClient.Cancelled.DONE);

    CommandQueue driver = open(options -> options);
    client.submit(push(client, "c-2", "k-2", 1), 10, 10);
    take(driver, 1);
    assertThat(operator.cancel("web", "c-2")).isEqualTo(QueueClient.Cancelled.DONE);

    assertThat(operator.states(List.of("c-1", "c-2")).values())
        .containsOnly(CommandState.CANCELLED);
  }

  @Test
  @DisplayName("ends what is past its deadline")
  void deadline_passed_expires() {
    CommandQueue driver = open(options -> options);
    push("web", count("c-1"));
    take(driver, 1);
    due(keys.deadlines(), "web/c-1");

    assertThat(driver.reap()).isEqualTo(1);

    QueueClient client = new QueueClient(connect(client()), queue);
    assertThat(client.states(List.of("c-1"))).containsValue(CommandState.EXPIRED);
  }

  @Test
  @DisplayName("refuses what it cannot read, and keeps the newest of it")
  void payload_bad_isRefused() {
    try (Redis admin = Redis.connect(admin());
        RedisPipeline pipeline = admin.pipeline()) {
      for (int i = 0; i < QueueOptions.MAX_KEPT_ASIDE; i++) {
        pipeline.zadd(keys.refused(), (double) System.currentTimeMillis(), "web/old-" + i);
      }
    }
    CommandQueue driver = open(options -> options);
    push("web", "no JSON", count("c-1"), count("c-1"), "x".repeat(2 << 20));

    assertThat(take(driver, 9)).extracting(Lease::id).containsExactly("c-1");

    await()
        .atMost(patience())
        .until(() -> driver.stats().tenant("web").counts().equals(Map.of("REFUSED", 3L)));
    assertThat(driver.stats().refused()).isEqualTo(QueueOptions.MAX_KEPT_ASIDE);
    assertThat(new QueueClient(connect(driver()), queue).refused(1)).hasSize(1);
  }

  @Test
  @DisplayName("reports lists of tenants that nobody has configured")
  void unknownLists_areReported() {
    push("nobody", "x");
    CommandQueue driver = open(options -> options);

    await().atMost(patience()).until(() -> driver.stats().unknownLists().equals(List.of("nobody")));
  }

  @Test
  @DisplayName("goes on when masters change")
  void command_mastersChangeMeanwhile_isAnsweredOnce() {
    CommandQueue driver = open(options -> options);
    QueueClient client = new QueueClient(connect(client()), queue);
    client.submit(push(client, "c-1", "k-1", 1), 10, 10);
    client.submit(push(client, "c-2", "k-2", 1), 10, 10);
    Lease first = take(driver, 1).get(0);
    if (canFailOver()) {
      failOver();
    }

    assertThat(driver.finish(first, "1")).isEqualTo(Settled.DONE);
    assertThat(take(driver, 9)).extracting(Lease::id).containsExactly("c-2");
    assertThat(client.states(List.of("c-1"))).containsValue(CommandState.RESULT_READY);
  }
}
