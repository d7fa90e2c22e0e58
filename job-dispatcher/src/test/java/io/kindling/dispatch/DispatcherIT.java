package io.kindling.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;

import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.predicate.Attacks;
import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.dispatch.testing.LocalSpark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DispatcherIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final int MAX_PAYLOAD = 1_000_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String QUEUE = "dispatcher-" + System.nanoTime();

  @TempDir private static Path folder;

  private static Dataset<Row> people;
  private static Dispatcher dispatcher;
  private static Thread driver;
  private static SubmitClient web;
  private static SubmitClient batch;
  private static final CountDownLatch SLOW = new CountDownLatch(1);

  /** A command of an application's own. */
  record Greeting(String name) {}

  private static final class Greet implements Handler<Greeting> {
    @Override
    public String name() {
      return "greet";
    }

    @Override
    public Class<Greeting> parameters() {
      return Greeting.class;
    }

    @Override
    public Object handle(Greeting parameters, HandlerContext context) throws Exception {
      if (parameters.name().equals("nobody")) {
        throw new CommandRefusedException("Cannot greet nobody");
      }
      if (parameters.name().equals("fatally")) {
        throw new StackOverflowError("on purpose");
      }
      if (parameters.name().equals("null")) {
        throw new NullPointerException("nobody is there");
      }
      if (parameters.name().equals("slowly")) {
        context
            .dataset("people")
            .coalesce(1)
            .foreachPartition((ForeachPartitionFunction<Row>) rows -> SLOW.await());
      }
      return Map.of("hello", parameters.name(), "from", context.tenant());
    }
  }

  @BeforeAll
  static void start() {
    SparkSession session = LocalSpark.session();
    people =
        session
            .range(100_000)
            .selectExpr("id", "id % 90 age", "concat('city ', id % 7) city", "id * 3 salary");
    dispatcher =
        Dispatcher.builder(session, REDIS.config(), QUEUE)
            .tenant("web", 1, ColumnRules.builder().deny("salary").deny("secret").build())
            .tenant("batch", 1)
            .dataset("people", people, folder.resolve("people").toString())
            .dataset(
                "attacked",
                session.createDataFrame(
                    List.of(RowFactory.create(new Object[Attacks.SCHEMA.size()])), Attacks.SCHEMA),
                folder.resolve("attacked").toString())
            .handler(new Greet())
            .build();
    driver = new Thread(dispatcher::run, "driver");
    driver.start();
    web = SubmitClient.builder(REDIS.config(), QUEUE, "web").build();
    batch = SubmitClient.builder(REDIS.config(), QUEUE, "batch").build();
  }

  @AfterAll
  static void stop() throws InterruptedException {
    web.close();
    batch.close();
    dispatcher.close();
    driver.join(LIMIT.toMillis());
    assertThat(driver.isAlive()).isFalse();
  }

  private static CommandRequest count(String where) {
    return CommandRequest.of("count").with("dataset", "people").with("where", where);
  }

  private static void assertFails(SubmitClient client, CommandRequest request, String... parts) {
    assertThatExceptionOfType(CommandFailedException.class)
        .isThrownBy(() -> client.submit(request).await(LIMIT))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void count_manyAtOnce_areWhatSparkFilters() throws Exception {
    List<Submission> submissions = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      submissions.add(web.submit(count("age < " + i + " and city = 'city " + i % 7 + "'")));
    }

    for (int i = 0; i < submissions.size(); i++) {
      String json = submissions.get(i).await(LIMIT);
      if (i % 37 == 0) {
        long truth = people.filter("age < " + i + " and city = 'city " + i % 7 + "'").count();
        assertThat(json)
            .startsWith("{\"count\":" + truth + ",\"exact\":true,\"dataset\":\"people@1\"");
      }
    }
  }

  @Test
  void count_again_isKnown() throws Exception {
    assertThat(web.submit(count("age = 17")).await(LIMIT)).contains("\"cached\":false");
    assertThat(web.submit(count("17 = AGE")).await(LIMIT)).contains("\"cached\":true");
  }

  @Test
  void count_functionOfAColumn_isCountedBySpark() throws Exception {
    assertThat(web.submit(count("upper(city) = 'CITY 3'")).await(LIMIT))
        .startsWith("{\"count\":14286,")
        .contains("\"path\":\"spark\"");
  }

  @Test
  void count_refusedPredicates_failAlone() throws Exception {
    Submission good = web.submit(count("age = 18"));

    assertFails(web, count("reflect('java.lang.Runtime', 'x') = 1"), "reflect", "position 1");
    assertFails(web, count("salary > 5"), "salary");
    assertFails(web, count("age > "), "position");
    assertFails(
        web,
        CommandRequest.of("count").with("dataset", "peple").with("where", "age = 1"),
        "people");
    assertThat(good.await(LIMIT)).startsWith("{\"count\":1111,");
    assertThat(batch.submit(count("salary >= 299997")).await(LIMIT)).startsWith("{\"count\":1,");
  }

  @Test
  void count_everyAttack_failsAndReachesNoJob() throws Exception {
    SparkContext spark = LocalSpark.session().sparkContext();
    AtomicInteger jobs = new AtomicInteger();
    var listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart start) {
            jobs.incrementAndGet();
          }
        };
    spark.addSparkListener(listener);
    try {
      Map<String, Submission> submissions = new LinkedHashMap<>();
      for (String attack : Attacks.texts()) {
        CommandRequest request =
            CommandRequest.of("count").with("dataset", "attacked").with("where", attack);
        if (attack.length() < MAX_PAYLOAD && UTF_8.newEncoder().canEncode(attack)) {
          submissions.put(attack, web.submit(request));
        } else {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> web.submit(request))
              .withMessageStartingWith("Cannot accept the payload: it has ");
        }
      }
      assertThat(submissions).hasSizeGreaterThan(200);
      submissions.forEach(
          (attack, submission) ->
              assertThatExceptionOfType(CommandFailedException.class)
                  .as(attack.substring(0, Math.min(100, attack.length())))
                  .isThrownBy(() -> submission.await(LIMIT))
                  .satisfies(
                      e -> assertThat(e.getMessage()).contains("Cannot accept the predicate"))
                  .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(5_000)));
      LocalSpark.session().range(1).foreach(row -> {}); // The bus is in order: all others came.
      await().atMost(LIMIT).untilAtomic(jobs, greaterThan(0));
      assertThat(jobs).hasValue(1);
    } finally {
      spark.removeSparkListener(listener);
    }
    assertThat(web.submit(count("age = 21")).await(LIMIT)).startsWith("{\"count\":1111,");
  }

  @Test
  void count_firstOfAColumn_saysHowLongTheColumnTook() throws Exception {
    dispatcher.refresh(
        "lines", LocalSpark.session().range(10).toDF("x"), folder.resolve("lines").toString());
    CommandRequest lines = CommandRequest.of("count").with("dataset", "lines");

    assertThat(web.submit(lines.with("where", "x > 1")).await(LIMIT))
        .matches("\\{\"count\":8,.*,\"cached\":false,\"buildMillis\":[1-9][0-9]*}");
    assertThat(web.submit(lines.with("where", "x > 2")).await(LIMIT))
        .matches("\\{\"count\":7,.*,\"cached\":false}");
  }

  @Test
  void preview_rows_showsWhatTheTenantMaySee() throws Exception {
    CommandRequest preview =
        CommandRequest.of("preview").with("dataset", "people").with("where", "id = 91");

    assertThat(web.submit(preview).await(LIMIT))
        .isEqualTo("{\"rows\":[{\"id\":91,\"age\":1,\"city\":\"city 0\"}],\"cut\":false}");
    assertThat(batch.submit(preview).await(LIMIT)).contains("\"salary\":273");
    assertFails(
        web, preview.with("rows", 5_000), "Cannot preview 5000 rows: allowed are 1 to 1,000");
  }

  @Test
  void aggregate_groups_areInOrder() throws Exception {
    CommandRequest aggregate =
        CommandRequest.of("aggregate")
            .with("dataset", "people")
            .with("where", "age < 2")
            .with("groupBy", List.of("age"))
            .with(
                "measures",
                List.of(Map.of("function", "count"), Map.of("function", "max", "column", "id")));

    assertThat(web.submit(aggregate).await(LIMIT))
        .isEqualTo(
            "{\"groups\":[{\"age\":0,\"count\":1112,\"max(id)\":99990},"
                + "{\"age\":1,\"count\":1112,\"max(id)\":99991}],\"cut\":false}");
    assertFails(web, aggregate.with("groupBy", List.of("salary")), "salary");
    assertFails(web, aggregate.with("groupBy", List.of("age + 1")), "Cannot take 'age + 1'");
  }

  @Test
  void refresh_laterVersion_answersFromThenOn() throws Exception {
    SparkSession session = LocalSpark.session();
    dispatcher.refresh(
        "cities", session.range(10).selectExpr("id"), folder.resolve("cities-1").toString());
    CommandRequest all =
        CommandRequest.of("count").with("dataset", "cities").with("where", "id >= 0");
    assertThat(web.submit(all).await(LIMIT)).startsWith("{\"count\":10,").contains("cities@1");

    dispatcher.refresh(
        "cities", session.range(25).selectExpr("id"), folder.resolve("cities-2").toString());

    assertThat(web.submit(all).await(LIMIT)).startsWith("{\"count\":25,").contains("cities@2");
  }

  @Test
  void handler_ofTheApplication_answers() throws Exception {
    assertThat(web.submit(CommandRequest.of("greet").with("name", "Ada")).await(LIMIT))
        .contains("\"hello\":\"Ada\"", "\"from\":\"web\"");
    assertFails(web, CommandRequest.of("greet").with("name", "nobody"), "Cannot greet nobody");
    assertFails(web, CommandRequest.of("greet").with("nam", "x"), "nearest is 'name'");
  }

  @Test
  void handler_thatFailsByABug_failsItsCommandAlone() throws Exception {
    assertFails(web, greet("null"), "Cannot execute 'greet': nobody is there");
    assertFails(web, greet("fatally"), "An error ended it");
    assertThat(web.submit(greet("Eve")).await(LIMIT)).contains("\"hello\":\"Eve\"");
  }

  private static CommandRequest greet(String name) {
    return CommandRequest.of("greet").with("name", name);
  }

  @Test
  void handler_slowJobOfATenant_overlapsWithScansInAPoolOfItsOwn() throws Exception {
    var jobs = new JobsByPool();
    LocalSpark.session().sparkContext().addSparkListener(jobs);
    try {
      Submission slow = batch.submit(CommandRequest.of("greet").with("name", "slowly"));
      await().atMost(LIMIT).until(() -> jobs.running().size() == 1);
      String pool = jobs.running().get(0);

      assertThat(web.submit(count("age = 19")).await(LIMIT)).startsWith("{\"count\":1111,");
      assertThat(batch.submit(count("age = 20")).await(LIMIT)).startsWith("{\"count\":1111,");

      await().atMost(LIMIT).until(() -> jobs.ended().size() >= 2);
      assertThat(jobs.ended()).containsOnly("kindling-scan");
      assertThat(jobs.running()).containsExactly(pool);
      assertThat(pool).matches("kindling-[0-9]");
      SLOW.countDown();
      assertThat(slow.await(LIMIT)).contains("slowly");
    } finally {
      SLOW.countDown();
      LocalSpark.session().sparkContext().removeSparkListener(jobs);
    }
  }

  /** The pools of the jobs that run, and of those that have ended. */
  private static final class JobsByPool extends SparkListener {
    private final Map<Integer, String> running = new LinkedHashMap<>();
    private final List<String> ended = new ArrayList<>();

    @Override
    public synchronized void onJobStart(SparkListenerJobStart start) {
      running.put(start.jobId(), start.properties().getProperty("spark.scheduler.pool"));
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd end) {
      String pool = running.remove(end.jobId());
      if (pool != null) { // Else it had begun before.
        ended.add(pool);
      }
    }

    synchronized List<String> running() {
      return List.copyOf(running.values());
    }

    synchronized List<String> ended() {
      return List.copyOf(ended);
    }
  }
}
