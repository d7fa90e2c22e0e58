package io.kindling.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisUnavailableException;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.ApproximateCounters;
import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The connection breaks when Redis has executed a call and nobody has its reply. */
class LostReplyIT {
  private final TestRedis redis = TestRedis.start();
  private final RespProxy proxy = new RespProxy(redis.port());
  private final AtomicInteger lost = new AtomicInteger();
  private final RedisConfig config = RedisConfig.builder().node("127.0.0.1", proxy.port()).build();

  @AfterEach
  void close() {
    proxy.close();
    redis.close();
  }

  /** Loses the first reply to one of these that is not an error. */
  private void loseOneReply(Predicate<List<byte[]>> commands) {
    proxy.intercept(
        (command, exchange) -> {
          exchange.forward();
          byte[] reply = exchange.awaitReply();
          boolean executed = !RespReader.text(reply).startsWith("-");
          if (executed && commands.test(command) && lost.compareAndSet(0, 1)) {
            throw new IOException("cut on purpose");
          }
          exchange.pass(reply, reply.length);
        });
  }

  @Test
  void commit_itsReplyIsLost_isRepeatedAndCountsOnce() {
    Counters counters = Counters.open(config, "r");
    loseOneReply(command -> ScriptCall.of(command) != null);

    // One attempt at a task: the commit itself asks the ledger.
    var conf = new SparkConf().setMaster("local[2]").setAppName("lost reply");
    try (var spark = new JavaSparkContext(conf.set("spark.ui.enabled", "false"))) {
      spark
          .parallelize(List.of(1, 2, 3, 4), 2)
          .foreachPartition(
              rows -> {
                TaskCounters task = counters.forTask("p");
                rows.forEachRemaining(row -> task.counter("rows").increment());
                task.commit();
              });
    }

    assertThat(lost).hasValue(1);
    assertThat(counters.totals()).isEqualTo(Map.of("rows", 4L));
    counters.seal();
  }

  @Test
  void increment_itsReplyIsLost_cannotTellAndCountsTwiceIfRepeated() {
    loseOneReply(command -> RespReader.text(command.get(0)).equals("HINCRBY"));

    try (ApproximateCounters counters = ApproximateCounters.open(config, "r")) {
      counters.increment("rows");
      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(counters::flush)
          .withMessageStartingWith("Cannot tell whether ");
      counters.increment("rows");

      assertThat(counters.totals()).isEqualTo(Map.of("rows", 2L));
    }
    assertThat(lost).hasValue(1);
  }
}
