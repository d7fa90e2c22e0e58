package io.kindling.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.queue.CommandState;
import io.kindling.dispatch.queue.IdempotencyConflictException;
import io.kindling.dispatch.queue.QueueClient;
import io.kindling.dispatch.queue.QueueClient.Cancelled;
import io.kindling.dispatch.queue.QueueFullException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class SubmitClientIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final Duration LONG = Duration.ofSeconds(60);

  private final String name = TestRedis.prefix() + "q";

  private SubmitClient client() {
    return SubmitClient.builder(REDIS.config(), name, "web").build();
  }

  private String inbox() {
    return "kindling:queue:{" + name + "}:in:web";
  }

  private static CommandRequest echo(Object value) {
    return CommandRequest.of("echo").with("value", value);
  }

  @Test
  void submit_command_isAnswered() throws Exception {
    try (EchoDriver driver = new EchoDriver(REDIS.config(), name);
        SubmitClient client =
            SubmitClient.connect(REDIS.config().nodes().get(0).toString(), name, "web")) {
      Submission submission =
          client.submit(echo(List.of(1, "ä", true)).withTimeout(Duration.ofMinutes(3)));

      String id = submission.id();
      assertThat(submission.key()).isEqualTo(id);
      assertThat(submission.await(LONG))
          .isEqualTo(
              "{\"id\":\""
                  + id
                  + "\",\"key\":\""
                  + id
                  + "\",\"command\":\"echo\",\"timeoutMillis\":180000,\"value\":[1,\"ä\",true]}");
      CommandResult result = submission.result().join();
      assertThat(result.state()).isEqualTo(CommandState.RESULT_READY);
      assertThat(result.finished()).isAfterOrEqualTo(result.submitted());
      assertThat(result).hasToString("command '" + id + "': RESULT_READY");
      assertThat(submission.state()).contains(CommandState.RESULT_READY);
      assertThat(client.find(id).orElseThrow().command()).isEqualTo("echo");
      assertThat(driver.executed).containsExactly(id);
    }
  }

  @Test
  void submit_commandThatFails_endsWithItsError() {
    try (EchoDriver driver = new EchoDriver(REDIS.config(), name);
        SubmitClient client = client()) {
      Submission submission = client.submit(CommandRequest.of("fail"));

      CommandResult result = submission.result().join();

      assertThat(result.state()).isEqualTo(CommandState.FAILED);
      assertThat(result.error()).isEqualTo("on purpose");
      assertThatExceptionOfType(CommandFailedException.class)
          .isThrownBy(() -> submission.await(LONG))
          .withMessage(
              "Cannot get the result of command '"
                  + submission.id()
                  + "', which is FAILED: on purpose")
          .satisfies(e -> assertThat(e.state()).isEqualTo(CommandState.FAILED));
      assertThat(driver.executed).hasSize(1);
    }
  }

  @Test
  void submit_oneByOne_howSoonTheResultIsThere() throws Exception {
    try (EchoDriver driver = new EchoDriver(REDIS.config(), name);
        SubmitClient client = client()) {
      var micros = new ArrayList<Long>();
      for (int i = 0; i < 300; i++) {
        long start = System.nanoTime();
        client.submit(echo(i)).await(LONG);
        micros.add((System.nanoTime() - start) / 1_000);
      }
      Collections.sort(micros);
      System.out.println(
          "SubmitClientIT us from submit to result, p50 "
              + micros.get(150)
              + ", p99 "
              + micros.get(297));
      assertThat(driver.executed).hasSize(300);
    }
  }

  @Test
  void submit_manyAtOnce_allComplete() {
    try (EchoDriver driver = new EchoDriver(REDIS.config(), name);
        SubmitClient client = client()) {
      var submissions = new ArrayList<Submission>();
      for (int i = 0; i < 3_000; i++) {
        submissions.add(client.submit(echo(i)));
      }

      for (Submission submission : submissions) {
        assertThat(submission.result().orTimeout(60, java.util.concurrent.TimeUnit.SECONDS).join())
            .extracting(CommandResult::id)
            .isEqualTo(submission.id());
      }
      assertThat(driver.executed).hasSize(3_000).doesNotHaveDuplicates();
    }
  }

  @Test
  void submit_fullQueue_failsOrWaitsForRoom() throws Exception {
    try (SubmitClient client =
        SubmitClient.builder(REDIS.config(), name, "web").maxDepth(2).build()) {
      client.submit(echo(1));
      client.submit(echo(2));

      assertThatExceptionOfType(QueueFullException.class)
          .isThrownBy(() -> client.submit(echo(3)))
          .withMessageEndingWith("2 commands of the tenant wait, allowed are 2");
      assertThatExceptionOfType(QueueFullException.class)
          .isThrownBy(() -> client.submit(echo(3), Duration.ofMillis(50)));

      try (EchoDriver driver = new EchoDriver(REDIS.config(), name)) {
        assertThat(client.submit(echo(3), LONG).await(LONG)).contains("\"value\":3");
        assertThat(driver.executed).hasSize(3);
      }
    }
  }

  @Test
  void submit_sameKey_isExecutedOnceForAllClients() {
    try (EchoDriver driver = new EchoDriver(REDIS.config(), name);
        SubmitClient one = client();
        SubmitClient two = client()) {
      Submission first = one.submit(echo(1).withKey("k"));
      Submission again = one.submit(echo(1).withKey("k"));
      Submission other = two.submit(echo(1).withKey("k"));

      String result = first.result().join().jsonOrThrow();
      assertThat(again.result().join().jsonOrThrow()).isEqualTo(result);
      assertThat(other.result().join().jsonOrThrow()).isEqualTo(result);
      assertThat(List.of(again.id(), other.id())).containsOnly(first.id());
      assertThatExceptionOfType(IdempotencyConflictException.class)
          .isThrownBy(() -> two.submit(echo(2).withKey("k")));
      assertThat(driver.executed).hasSize(1);
    }
  }

  @Test
  void submit_badRequest_isRefusedAtOnce() {
    try (SubmitClient client = client()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.submit(CommandRequest.of("no spaces")))
          .withMessageEndingWith(
              "'command' is 'no spaces': allowed is a string of 1 to 64 of A-Z a-z 0-9 _ . -");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.submit(echo(1).with("key", "k")))
          .withMessage("Cannot submit 'echo' with a parameter 'key': the queue reads it");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client.submit(echo(1).withKey("a\nb")))
          .withMessageStartingWith("Cannot use 'a\\u000ab' as an idempotency key");
      assertThat(REDIS.ask("EXISTS", inbox())).isEqualTo("0");
    }
  }

  @Test
  void listLost_isPushedAgainAndExecutedOnce() throws Exception {
    try (SubmitClient client = client()) {
      Submission submission = client.submit(echo(1));
      REDIS.ask("DEL", inbox());

      // No driver yet: it is the client that brings it back, once.
      Awaitility.await().until(() -> REDIS.ask("LLEN", inbox()).equals("1"));
      try (EchoDriver driver = new EchoDriver(REDIS.config(), name)) {
        assertThat(submission.await(LONG)).contains("\"value\":1");
        assertThat(driver.executed).containsExactly(submission.id());
      }
    }
  }

  @Test
  void redisLostEverything_everyCommandIsPushedAgain() {
    try (TestRedis server = TestRedis.start();
        EchoDriver driver = new EchoDriver(server.config(), "q");
        SubmitClient client = SubmitClient.builder(server.config(), "q", "web").build()) {
      var submissions = new ArrayList<Submission>();
      for (int i = 0; i < 20; i++) {
        submissions.add(client.submit(CommandRequest.of("run").with("i", i)));
      }
      Awaitility.await().until(() -> driver.executed.size() == 20);

      server.kill(); // Without persistence, in the middle of the work.
      server.startAgain();

      Awaitility.await().atMost(LONG).until(() -> driver.executed.size() == 40);
      QueueClient queue = new QueueClient(io.kindling.core.Redis.connect(server.config()), "q");
      for (Submission submission : submissions) {
        assertThat(queue.read(submission.id()).orElseThrow().state())
            .isEqualTo(CommandState.RUNNING);
        assertThat(submission.cancel()).isEqualTo(Cancelled.DONE);
        assertThat(submission.result().join().state()).isEqualTo(CommandState.CANCELLED);
      }
    }
  }

  @Test
  void submit_redisAwayForAWhile_isRepeated() throws Exception {
    try (TestRedis server = TestRedis.start("--appendonly", "yes", "--appendfsync", "always");
        EchoDriver driver = new EchoDriver(server.config(), "q");
        SubmitClient client = SubmitClient.builder(server.config(), "q", "web").build()) {
      client.submit(echo(0)).await(LONG);
      server.kill();
      Thread restarter =
          new Thread(
              () -> {
                Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
                server.startAgain();
              });
      restarter.start();

      Submission submission = client.submit(echo(1));

      assertThat(submission.await(LONG)).contains("\"value\":1");
      restarter.join();
      assertThat(driver.executed).hasSize(2);
    }
  }

  @Test
  void submit_redisAwayForLong_failsAndForgets() {
    TestRedis server = TestRedis.start();
    RedisConfig config = server.config().toBuilder().retryFor(Duration.ofMillis(100)).build();
    try (SubmitClient client =
        SubmitClient.builder(config, "q", "web").patience(Duration.ofMillis(300)).build()) {
      server.close();

      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(() -> client.submit(echo(1)));
    }
  }

  @Test
  void notificationsLostOrForbidden_resultsAreFoundByLooking() throws Exception {
    try (TestRedis server = TestRedis.start();
        EchoDriver driver = new EchoDriver(server.config(), "q")) {
      server.ask("ACL", "SETUSER", "deaf", "on", ">pw", "~*", "resetchannels", "+@all");
      RedisConfig deaf = server.config().toBuilder().user("deaf").password("pw").build();
      try (SubmitClient client = SubmitClient.builder(deaf, "q", "web").build()) {
        assertThat(client.submit(echo(1)).await(LONG)).contains("\"value\":1");
      }
      try (SubmitClient client = SubmitClient.builder(server.config(), "q", "web").build()) {
        client.submit(echo(2)).await(LONG);
        for (int i = 0; i < 10; i++) {
          server.ask("CLIENT", "KILL", "TYPE", "pubsub");
          assertThat(client.submit(echo(i)).await(LONG)).contains("\"value\":" + i);
        }
      }
      assertThat(driver.executed).hasSize(12);
    }
  }

  @Test
  void progressAndCancel_ofARunningCommand() {
    try (EchoDriver driver = new EchoDriver(REDIS.config(), name);
        SubmitClient client = client()) {
      Submission submission = client.submit(CommandRequest.of("run"));
      Awaitility.await().until(() -> submission.progress().isPresent());

      assertThat(submission.progress()).contains("{\"rows\":1}");
      assertThat(submission.state()).contains(CommandState.RUNNING);
      assertThat(submission.cancel()).isEqualTo(Cancelled.DONE);

      assertThat(submission.result().join().state()).isEqualTo(CommandState.CANCELLED);
      Awaitility.await().until(() -> driver.queue.leases().isEmpty());
    }
  }

  @Test
  void cancel_beforeAnyDriverHasSeenIt_isCancelled() {
    try (SubmitClient client = client()) {
      Submission submission = client.submit(echo(1));
      assertThat(submission.state()).isEmpty();

      assertThat(submission.cancel()).isEqualTo(Cancelled.DONE);

      assertThat(submission.result().join().state()).isEqualTo(CommandState.CANCELLED);
      assertThat(REDIS.ask("EXISTS", inbox())).isEqualTo("0");
    }
  }

  @Test
  void await_notEnded_timesOut() {
    try (SubmitClient client = client()) {
      Submission submission = client.submit(echo(1));

      assertThatExceptionOfType(TimeoutException.class)
          .isThrownBy(() -> submission.await(Duration.ofMillis(50)));
    }
  }

  @Test
  void close_futuresThatHaveNotEnded_fail() {
    SubmitClient client = client();
    Submission submission = client.submit(echo(1));
    var result = submission.result();

    client.close();

    assertThatExceptionOfType(CompletionException.class)
        .isThrownBy(result::join)
        .withCauseInstanceOf(KindlingException.class)
        .withMessageEndingWith(
            "Cannot wait for submission of command '"
                + submission.id()
                + "' of tenant 'web': the client is closed");
    assertThatIllegalStateException().isThrownBy(() -> client.submit(echo(2)));
  }

  @Test
  void result_completedByTheCaller_harmsNobody() throws Exception {
    try (EchoDriver driver = new EchoDriver(REDIS.config(), name);
        SubmitClient client = client()) {
      Submission submission = client.submit(echo(1));
      submission.result().cancel(true);

      assertThat(submission.await(LONG)).contains("\"value\":1");
      assertThat(driver.executed).hasSize(1);
    }
  }
}
