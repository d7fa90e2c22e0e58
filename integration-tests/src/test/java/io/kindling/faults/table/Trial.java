package io.kindling.faults.table;

import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.faults.table.FaultRow.Outcome;
import io.kindling.faults.table.FaultRow.Window;
import io.kindling.faults.table.NamedFault.Loss;
import io.kindling.ml.AsyncPredictor;
import io.kindling.ml.LiveModel;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Predictor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** One fault under all loads at once, on servers of its own, and what must hold then. */
final class Trial {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int ENOUGH = 5;

  /** The command, its key where it has one, and the node or the whole installation. */
  private static final Pattern COMMAND_AND_NODE =
      Pattern.compile("(?s).*\\b[A-Z][A-Z_]{2,}\\b.*127\\.0\\.0\\.1:\\d+.*");

  private final NamedFault<?> fault;
  private final SparkSession spark;
  private final Path folder;
  private final Random random;
  private final SoftAssertions softly = new SoftAssertions();

  Trial(NamedFault<?> fault, SparkSession spark, Path folder, Random random) {
    this.fault = fault;
    this.spark = spark;
    this.folder = folder;
    this.random = random;
  }

  /** Carries it out, and adds a row to the table, whatever comes of it. */
  void carryOut(FaultTable table) throws Exception {
    carryOut(fault, table);
    softly.assertAll();
  }

  private <S extends Servers> void carryOut(NamedFault<S> named, FaultTable table)
      throws Exception {
    try (S servers = named.servers().get()) {
      named.preparation().run(servers);
      ServedForest forest = new ServedForest(random);
      String name = servers.name();
      RedisConfig config = servers.config();
      try (Redis redis = Redis.connect(config);
          LiveModel live = publish(redis, name, forest);
          AsyncPredictor async = AsyncPredictor.open(config, name);
          QueryLoad queries = new QueryLoad(spark, config, name, folder, random)) {
        Predictor predictor = Predictor.open(redis, name);
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        CommitLoad commits = new CommitLoad(context, config, name, random.nextLong());
        List<Load> loads =
            List.of(
                new ScoringLoad(
                    "Predictor",
                    row -> CompletableFuture.completedFuture(predictor.predict(row)),
                    forest,
                    new Random(random.nextLong())),
                new ScoringLoad(
                    "AsyncPredictor", async::predict, forest, new Random(random.nextLong())),
                commits,
                queries);
        Load memory =
            new ScoringLoad(
                "LiveModel",
                row -> CompletableFuture.completedFuture(live.predict(row).prediction()),
                forest,
                new Random(random.nextLong()));
        Awaitility.await("all loads run")
            .atMost(LIMIT)
            .until(() -> loads.stream().allMatch(load -> load.journal().successes() >= ENOUGH));

        servers.forgetErrors();
        long begin = System.nanoTime();
        named.injection().run(servers);
        Window window = new Window(begin, System.nanoTime());

        loads.forEach(load -> awaitRecovery(load, window));
        memory.stop();
        for (Load load : loads) {
          load.stop();
        }
        Outcome outcome =
            new Outcome(servers.errors(), commits.failedJobs(), commits.balance(), queries.lost());
        table.add(FaultRow.of(named.name(), loads, window, outcome));
        check(loads, window, outcome);
        checkMemory(memory, live);
        if (named.loss() == Loss.NOTHING) {
          softly.assertThat(queries.answeredAgain(redis)).as("answers beyond the first").isZero();
        }
      }
    }
  }

  private static LiveModel publish(Redis redis, String name, ServedForest forest) {
    ModelStore.of(redis).publish(name, forest.forest());
    return LiveModel.open(redis, name);
  }

  private void awaitRecovery(Load load, Window window) {
    try {
      Awaitility.await(load.name() + " succeed again")
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> load.journal().recovered(window.begin(), window.end()).size() >= ENOUGH);
    } catch (ConditionTimeoutException e) {
      softly.fail("%s do not recover within %s; failures: %s", load.name(), LIMIT, failures(load));
    }
  }

  private static List<String> failures(Load load) {
    List<String> failures = new ArrayList<>();
    for (Journal.Call call : load.journal().since(Long.MIN_VALUE)) {
      if (!call.succeeded()) {
        failures.add(String.valueOf(call.failure()));
      }
    }
    return failures;
  }

  private void check(List<Load> loads, Window window, Outcome outcome) {
    for (Load load : loads) {
      softly.assertThat(load.journal().wrongAnswers()).as("wrong answers, " + load.name()).isZero();
      for (Journal.Call call : load.journal().since(window.begin())) {
        if (call.failure() != null) {
          softly
              .assertThat(call.failure())
              .as(load.name())
              .isInstanceOf(KindlingException.class)
              .message()
              .matches(COMMAND_AND_NODE);
        }
      }
    }
    softly.assertThat(outcome.balance().difference()).as("difference of the counters").isZero();
    if (fault.loss() == Loss.NOTHING) {
      softly.assertThat(outcome.balance().lost()).as("confirmed partitions, missing").isZero();
    }
    softly.assertThat(outcome.lostQueries()).as("queries without an answer").isZero();
    if (!fault.reply().isEmpty()) {
      softly.assertThat(outcome.errors()).as("errors of Redis").containsKey(fault.reply());
    }
  }

  /** It answers on, whatever Redis does, and follows again when Redis is back. */
  private void checkMemory(Load memory, LiveModel live) {
    softly.assertThat(failures(memory)).as("failures of the model in memory").isEmpty();
    softly.assertThat(memory.journal().wrongAnswers()).as("its wrong answers").isZero();
    Awaitility.await("the live model follows again")
        .atMost(LIMIT)
        .until(() -> live.stats().staleness().compareTo(LiveModel.DEFAULT_MAX_STALENESS) < 0);
  }
}
