package io.kindling.examples.preview;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.kindling.examples.CannotRunException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The preview service, small, and asked by the lines that it prints. */
@Tag("local")
class PreviewServiceIT {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @Test
  void start_fewProfiles_printsLinesThatWork() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PreviewService service =
        PreviewService.start(
            new PrintStream(printed, /* autoFlush= */ true, UTF_8),
            "--rows",
            "20000",
            "--port",
            "0")) {
      Thread driver = new Thread(service::run, "driver");
      driver.start();
      String out = printed.toString(UTF_8);
      assertThat(out).startsWith("20,000 generated profiles: ready after ");
      Matcher curl = find("curl -s -H '(.+?): (.+?)' -H '(.+?): (.+?)' -d '(.+?)' (\\S+) ", out);

      String accepted =
          send(
              HttpRequest.newBuilder(URI.create(curl.group(6)))
                  .header(curl.group(1), curl.group(2))
                  .header(curl.group(3), curl.group(4))
                  .POST(BodyPublishers.ofString(curl.group(5))));
      String id = find("^\\{\"id\":\"(.+?)\"", accepted).group(1); // As cut -d'"' -f4.
      URI estimate = URI.create(find("(\\S+estimate/)\\$id", out).group(1) + id);
      String answer =
          await()
              .atMost(Duration.ofSeconds(60))
              .until(
                  () -> send(HttpRequest.newBuilder(estimate).header(curl.group(1), curl.group(2))),
                  body -> body.contains("RESULT_READY"));

      long truth =
          Profiles.generate(SparkSession.active(), 20_000)
              .filter(Profiles.EXAMPLE.replace("\\", "")) // It stands inside of JSON.
              .count();
      assertThat(truth).isPositive();
      assertThat(answer).contains("\"estimatedSize\":" + truth + ",", "\"totalRows\":20000");
      String page = send(HttpRequest.newBuilder(service.address()));
      assertThat(page).contains("Kindling");
    }
  }

  private static Matcher find(String regex, String text) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    assertThat(matcher.find()).as("'%s' in%n%s", regex, text).isTrue();
    return matcher;
  }

  private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return CLIENT.send(request.build(), BodyHandlers.ofString()).body();
  }

  @Test
  void start_wrongArguments_sayWhatIsAllowed() {
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> PreviewService.start(System.out, "--row", "1"))
        .withMessage(
            "Cannot understand argument '--row': allowed are --parquet, --rows, --port, --redis,"
                + " --help");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> PreviewService.start(System.out, "--rows", "1"))
        .withMessage("Cannot use '--rows 1': allowed is a number from 1000 to 100000000");
  }
}
