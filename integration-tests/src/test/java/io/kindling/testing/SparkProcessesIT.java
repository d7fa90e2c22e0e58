package io.kindling.testing;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fixture's processes are real: they run jobs, die and are gone after it. */
@Tag("faults")
class SparkProcessesIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int NUMBERS = 1_000;
  private static final long SUM = NUMBERS * (NUMBERS + 1L) / 2;
  private static final int PARTITIONS = 4;

  private static final Map<String, String> ONE_EXECUTOR = Map.of("spark.cores.max", "1");

  private static SparkProcesses spark;

  @BeforeAll
  static void start() {
    spark = SparkProcesses.start(2, 2);
  }

  @AfterAll
  static void close() {
    spark.close();
  }

  @Test
  void killExecutor_ofAnotherPid_isRefused() {
    long own = ProcessHandle.current().pid();

    assertThatThrownBy(() -> spark.killExecutor(own))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot kill " + own + ": the executors are [");
  }

  @Test
  void submit_inClientMode_printsItsResultAndExitsWith0() {
    Submission submission =
        spark.submit(DeployMode.CLIENT, SubmittedSum.class, List.of("1000"), ONE_EXECUTOR);

    assertThat(submission.waitFor(LIMIT)).as(submission::log).isZero();
    assertThat(submission.output()).isEqualTo("sum=500500 on " + spark.masterUrl() + "\n");
  }

  @Test
  void submit_inClusterMode_printsItsResultAndExitsWith0() {
    Submission submission =
        spark.submit(DeployMode.CLUSTER, SubmittedSum.class, List.of("1000"), ONE_EXECUTOR);

    assertThat(submission.waitFor(LIMIT)).as(submission::log).isZero();
    submission.awaitOutput("sum=500500 on " + spark.masterUrl() + "\n");
  }

  @Test
  void kill_ofADriverInClusterMode_endsItAndItsExecutors() {
    Submission submission =
        spark.submit(
            DeployMode.CLUSTER,
            SubmittedSum.class,
            List.of("10", SubmittedSum.FOREVER),
            ONE_EXECUTOR);
    submission.awaitOutput("sum=55 ");
    long driver = submission.driverPid();
    assertThat(spark.pids()).contains(driver);

    submission.kill();

    assertThat(submission.waitFor(LIMIT)).isEqualTo(1);
    assertThat(ProcessHandle.of(driver)).isEmpty();
    assertThat(spark.awaitExecutors(0)).as("executors without a driver").isEmpty();
  }

  @Test
  void awaitOutput_ofADriverThatEndsWithoutIt_failsAndShowsItsLog() {
    Submission submission =
        spark.submit(DeployMode.CLIENT, SubmittedSum.class, List.of("many"), Map.of());

    assertThatThrownBy(() -> submission.awaitOutput("sum="))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ended without writing 'sum='")
        .hasMessageContaining("NumberFormatException: For input string: \"many\"");
    assertThat(submission.waitFor(LIMIT)).isEqualTo(1);
  }

  @Test
  void submit_ofAClassThatIsNotPublic_isRefused() {
    assertThatThrownBy(
            () -> spark.submit(DeployMode.CLIENT, ProcessJobs.class, List.of(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot submit io.kindling.testing.ProcessJobs: Spark needs a public class");
  }

  @Test
  void close_withExecutorsAndADriverRunning_leavesNoProcessBehind() {
    var pids = new ArrayList<Long>();
    try (SparkProcesses own = SparkProcesses.start(1, 1)) {
      Submission submission =
          own.submit(
              DeployMode.CLIENT,
              SubmittedSum.class,
              List.of("10", SubmittedSum.FOREVER),
              ONE_EXECUTOR);
      submission.awaitOutput("sum=55 ");
      pids.addAll(own.pids());
      assertThat(pids)
          .hasSize(4)
          .contains(submission.driverPid(), own.awaitExecutors(1).get(0).pid());
    }

    assertThat(pids).allSatisfy(pid -> assertThat(ProcessHandle.of(pid)).isEmpty());
  }

  @Nested
  class WithASession {
    private static SparkSession session;

    @BeforeAll
    static void open() {
      spark.awaitExecutors(0);
      session = spark.session(Map.of());
    }

    @AfterAll
    static void close() {
      session.stop();
    }

    @Test
    void job_ofASession_runsInTwoOtherProcesses() {
      List<long[]> sums = numbers(session).mapPartitions(ProcessJobs.sums()).collect();

      List<ExecutorProcess> executors = spark.awaitExecutors(2);
      assertThat(total(sums)).isEqualTo(SUM);
      assertThat(pids(sums))
          .hasSize(2)
          .doesNotContain(ProcessHandle.current().pid())
          .isEqualTo(pidsOf(executors));
      assertThat(executors).extracting(ExecutorProcess::worker).containsExactly(0, 1);
      assertThat(executors).extracting(ExecutorProcess::executorId).doesNotHaveDuplicates();
      assertThat(executors)
          .extracting(ExecutorProcess::applicationId)
          .containsOnly(session.sparkContext().applicationId());
    }

    @Test
    void killExecutor_duringAJob_isReplacedAndTheJobCompletes(@TempDir Path folder)
        throws Exception {
      var sums =
          numbers(session)
              .mapPartitions(ProcessJobs.sumsBehindGate(folder.toString()))
              .collectAsync();
      List<ExecutorProcess> before = spark.awaitExecutors(2);
      before.forEach(executor -> awaitTaskIn(executor, folder));
      ExecutorProcess killed = before.get(0);
      ExecutorProcess survivor = before.get(1);

      spark.killExecutor(killed.pid());

      List<ExecutorProcess> after = spark.awaitExecutors(2);
      assertThat(after).contains(survivor).doesNotContain(killed);
      assertThat(after).extracting(ExecutorProcess::executorId).doesNotContain(killed.executorId());
      after.forEach(executor -> awaitTaskIn(executor, folder));
      ProcessJobs.openGate(folder);
      List<long[]> done = sums.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(total(done)).isEqualTo(SUM);
      assertThat(pids(done)).isEqualTo(pidsOf(after));
      assertThat(done).extracting(sum -> sum[1]).containsExactlyInAnyOrder(0L, 0L, 1L, 1L);
    }
  }

  private static JavaRDD<Integer> numbers(SparkSession session) {
    return JavaSparkContext.fromSparkContext(session.sparkContext())
        .parallelize(IntStream.rangeClosed(1, NUMBERS).boxed().toList(), PARTITIONS);
  }

  private static void awaitTaskIn(ExecutorProcess executor, Path folder) {
    await()
        .atMost(LIMIT)
        .until(() -> Files.exists(ProcessJobs.startedFile(folder, executor.pid())));
  }

  private static long total(List<long[]> sums) {
    return sums.stream().mapToLong(sum -> sum[2]).sum();
  }

  private static Set<Long> pids(List<long[]> sums) {
    return sums.stream().map(sum -> sum[0]).collect(toSet());
  }

  private static Set<Long> pidsOf(List<ExecutorProcess> executors) {
    return executors.stream().map(ExecutorProcess::pid).collect(toSet());
  }
}
