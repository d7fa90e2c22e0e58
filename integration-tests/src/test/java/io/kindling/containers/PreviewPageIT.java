package io.kindling.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.Handler;
import io.kindling.dispatch.HandlerContext;
import io.kindling.dispatch.SubmitClient;
import io.kindling.dispatch.http.PreviewServerOptions;
import io.kindling.dispatch.predicate.ColumnRules;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody uses the page in a real browser: what can be clicked is clicked. */
@Tag("containers")
class PreviewPageIT {
  private static final RedisConfig REDIS = TestRedis.shared().config();
  private static final String QUEUE = TestRedis.prefix() + "page";
  private static final String TOKEN = "page-token-0123456789";
  private static final Path SHOTS = Path.of("target", "screenshots");
  private static final String ALL_EXACT =
      "[...document.querySelectorAll('#queries .pill')].every(p => /RESULT_READY|CANCELLED/.test(p.className))";

  @TempDir private static Path folder;

  private static SparkSession session;
  private static Dispatcher dispatcher;
  private static Thread driver;
  private static Chromium browser;

  /** A command that cannot be finished until it is told. */
  record Nothing() {}

  private static final CountDownLatch WORKED = new CountDownLatch(1);
  private static final CountDownLatch REPAIRED = new CountDownLatch(1);

  private static final class Broken implements Handler<Nothing> {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public Class<Nothing> parameters() {
      return Nothing.class;
    }

    @Override
    public Object handle(Nothing parameters, HandlerContext context) throws IOException {
      if (REPAIRED.getCount() > 0) {
        throw new IOException("The other system cannot be reached");
      }
      return Map.of("done", true);
    }
  }

  @BeforeAll
  static void start() {
    session =
        SparkSession.builder()
            .config(Dispatcher.configure(new SparkConf()))
            .master("local[2]")
            .appName("preview page")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    session.sparkContext().setLogLevel("OFF");
    dispatcher =
        Dispatcher.builder(session, REDIS, QUEUE)
            .tenant("web", 3, ColumnRules.builder().deny("secret").build())
            .tenant("batch", 1)
            .queueOptions(queue -> queue.retries(0, Duration.ofMillis(10), Duration.ofMillis(10)))
            .handler(new Broken())
            .dataset(
                "profiles",
                session
                    .range(1_000_000)
                    .selectExpr(
                        "id",
                        "cast(18 + pmod(xxhash64(id, 1), 60) as int) age",
                        "named_struct('city', element_at(array('Oslo', 'Bergen', 'Helsinki'),"
                            + " 1 + cast(pmod(xxhash64(id, 2), 3) as int)), 'postcode',"
                            + " cast(pmod(xxhash64(id, 3), 10000) as string)) address",
                        "cast(pmod(xxhash64(id, 4), 1000000) / 100 as decimal(10, 2)) balance",
                        "array(named_struct('type', 'visit', 'n', cast(pmod(xxhash64(id, 5), 50)"
                            + " as int))) events",
                        "'<b>not a tag</b>' note",
                        "'hidden' secret"),
                folder.resolve("profiles").toString())
            .preview(
                PreviewServerOptions.builder()
                    .address("127.0.0.1", 0)
                    .operatorToken(TOKEN, "web")
                    .build())
            .build();
    driver = new Thread(dispatcher::run, "driver");
    driver.start();
    browser = Chromium.start(folder.resolve("browser"), 1280, 1100);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    browser.close();
    dispatcher.close();
    driver.join();
    session.stop();
  }

  private static void takeAllSlots() {
    new JavaSparkContext(session.sparkContext())
        .parallelize(List.of(1, 2), 2)
        .foreach(slot -> WORKED.await());
  }

  private static void ask(String where) {
    browser.type("#where", where);
    browser.click("#run:enabled");
  }

  private static String text(String selector) {
    return browser.evaluate("document.querySelector('" + selector + "').textContent").asText();
  }

  @Test
  void page_usedWithTheMouse_asksShowsCancelsAndRequeues() throws Exception {
    URI address = dispatcher.previewAddress().orElseThrow();
    browser.appear("light", 1280, 1100);
    browser.open(address);

    // A wrong token, then the right one.
    browser.type("#token", "no-such-token-0123456789");
    browser.click("#login-form button");
    browser.await("!document.getElementById('login-problem').hidden");
    assertThat(text("#login-problem")).isEqualTo("That token is not known here.");
    browser.type("#token", TOKEN);
    browser.click("#login-form button");
    browser.await("document.querySelectorAll('#schema li').length > 0");
    assertThat(text("#schema"))
        .isEqualTo(
            "idbigintageintaddressstructcitystringpostcodestringbalancedecimal(10,2)"
                + "eventsarray<struct>typestringnintnotestring");

    // The schema writes the predicate.
    browser.evaluate("document.getElementById('where').value = ''");
    browser.click("#schema button[aria-label^='Insert e.n']");
    assertThat(browser.evaluate("document.getElementById('where').value").asText())
        .isEqualTo("exists(events, e -> e.n = )");

    // A refusal marks the part of the text that is at fault.
    ask("age > 30 and secret = 'x'");
    browser.await("!document.getElementById('problem').hidden");
    assertThat(text("#problem")).startsWith("Cannot accept the predicate: ").contains("secret");
    assertThat(browser.evaluate("document.getSelection().toString()").asText()).isEqualTo("secret");

    // With all slots taken a query cannot end before it is cancelled.
    Thread work = new Thread(PreviewPageIT::takeAllSlots, "other work");
    work.start();
    ask("age = 33");
    browser.await("Boolean(document.querySelector('#queries .pill.RUNNING'))");
    browser.click("#queries button[aria-label='Cancel query age = 33']");
    browser.await("Boolean(document.querySelector('#queries .pill.CANCELLED'))");
    assertThat(browser.evaluate("document.getElementById('r-cancel').hidden").asBoolean()).isTrue();
    WORKED.countDown();
    work.join();

    // Several at once: they are answered together.
    for (int i = 0; i < 5; i++) {
      ask("address.city = 'Oslo' and age between " + (20 + i) + " and 40 and balance > " + i);
    }
    ask("upper(address.city) = 'BERGEN' and exists(events, e -> e.n < 10)");
    browser.await("document.querySelectorAll('#queries li').length === 7");
    browser.screenshot(SHOTS.resolve("preview-running-light.png"));
    browser.await(ALL_EXACT);
    browser.await("!document.getElementById('r-scroll').hidden");
    long truth =
        session
            .read()
            .parquet(folder.resolve("profiles").toString())
            .filter("upper(address.city) = 'BERGEN' and exists(events, e -> e.n < 10)")
            .count();
    assertThat(text("#r-size")).isEqualTo("%,d of 1,000,000".formatted(truth));
    assertThat(text("#r-rows thead")).isEqualTo("idageaddressbalanceeventsnote");
    assertThat(text("#r-rows tbody tr td:last-child")).isEqualTo("<b>not a tag</b>");
    assertThat(browser.evaluate("document.querySelectorAll('#r-rows tbody tr').length").asInt())
        .isEqualTo(20);

    // Another one of the list.
    browser.click("#queries button[aria-label*='between 20 and 40']");
    browser.await("document.getElementById('r-where').textContent.includes('between 20 and 40')");

    // A dead command, queued again.
    try (SubmitClient batch = SubmitClient.builder(REDIS, QUEUE, "batch").build()) {
      assertThat(batch.submit(CommandRequest.of("broken")).result().join().state())
          .hasToString("DEAD");
    }
    browser.await("document.querySelectorAll('#dead li').length === 1");
    assertThat(text("#dead li p")).contains("batch, broken", "The other system");
    browser.screenshot(SHOTS.resolve("preview-light.png"));
    browser.appear("dark", 1280, 1100);
    browser.screenshot(SHOTS.resolve("preview-dark.png"));
    browser.appear("light", 420, 900);
    browser.screenshot(SHOTS.resolve("preview-narrow.png"));
    assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt()).isEqualTo(420);
    browser.appear("light", 1280, 1100);
    REPAIRED.countDown();
    browser.click("#dead button");
    browser.await("document.querySelectorAll('#dead li').length === 0");

    // Nothing broke the policy, and no script failed; statuses alone are told as errors.
    assertThat(browser.complaints())
        .allSatisfy(
            complaint -> assertThat(complaint).startsWith("Failed to load resource: the server"));
    assertThat(
            browser
                .evaluate(
                    "performance.getEntriesByType('resource').every(r =>"
                        + " r.name.startsWith(location.origin))")
                .asBoolean())
        .isTrue();
    for (String shot : new String[] {"running-light", "light", "dark", "narrow"}) {
      assertThat(SHOTS.resolve("preview-" + shot + ".png")).isNotEmptyFile();
    }

    // Forgetting the token leads back to the question for one.
    browser.click("#forget");
    browser.await("document.getElementById('login').open");
    await().until(() -> browser.evaluate("sessionStorage.length").asInt() == 0);
  }
}
