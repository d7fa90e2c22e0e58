package io.kindling.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.testing.LocalSpark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two drivers on one queue, of which one is closed in the middle. */
class TwoDriversIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String QUEUE = TestRedis.prefix() + "two";
  private static final int COUNTS = 400;

  private static Dispatcher driver(Path folder, String name) {
    return Dispatcher.builder(LocalSpark.session(), REDIS.config(), QUEUE)
        .tenant("web", 1)
        .cachedResults(0)
        .queueOptions(options -> options.driverName(name))
        .dataset(
            "people",
            LocalSpark.session().range(9_000).selectExpr("id", "id % 90 age"),
            folder.resolve(name).toString())
        .build();
  }

  private static Thread start(Dispatcher driver) {
    Thread thread = new Thread(driver::run);
    thread.start();
    return thread;
  }

  @Test
  void counts_oneDriverClosedInTheMiddle_areEachAnsweredOnce(@TempDir Path folder)
      throws Exception {
    Dispatcher first = driver(folder, "first");
    Dispatcher second = driver(folder, "second");
    try (SubmitClient client = SubmitClient.builder(REDIS.config(), QUEUE, "web").build();
        Redis redis = Redis.connect(REDIS.config())) {
      Thread one = start(first);
      Thread other = start(second);

      List<Submission> submissions = new ArrayList<>();
      for (int i = 0; i < COUNTS; i++) {
        submissions.add(
            client.submit(
                CommandRequest.of("count").with("dataset", "people").with("where", "id < " + i)));
        if (i == COUNTS / 2) {
          first.close();
        }
      }

      for (int i = 0; i < COUNTS; i++) {
        assertThat(submissions.get(i).await(LIMIT)).startsWith("{\"count\":" + i + ",");
      }
      assertThat(
              redis.jedis().hget("kindling:queue:{" + QUEUE + "}:meta", "count:web:RESULT_READY"))
          .isEqualTo(String.valueOf(COUNTS));
      second.close();
      one.join(LIMIT.toMillis());
      other.join(LIMIT.toMillis());
      assertThat(one.isAlive() || other.isAlive()).isFalse();
    }
  }
}
