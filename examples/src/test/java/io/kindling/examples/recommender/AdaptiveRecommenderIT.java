package io.kindling.examples.recommender;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.testing.TestRedis;
import io.kindling.examples.CannotRunException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program on a few ratings. */
@Tag("local")
class AdaptiveRecommenderIT {

  @TempDir private Path folder;

  private final TestRedis redis = TestRedis.shared();

  private Path data = Path.of("");

  @BeforeEach
  void writeRatings() throws Exception {
    data = Files.createDirectory(folder.resolve("data"));
    SmallRatings.write(data);
  }

  @Test
  void run_threeWeeks_printsTheTablesDrawsTheChartAndServesTheStream() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Path chart = folder.resolve("new").resolve("chart.svg");

    int code =
        run(
            printed,
            ("--data " + data + " --seeds 1 --live-weeks 2 --user 7 --redis " + redis.uri())
                .concat(" --chart " + chart)
                .split(" ", -1));

    assertThat(code).isZero();
    assertThat(printed.toString(UTF_8))
        .startsWith("MovieTweetings: 600 ratings, 600 of them 7 or more.\n")
        .containsPattern("(?m)^  biases and vectors +[0-9.]+$")
        .containsPattern(
            "(?m)^  2  +\\d+ +0\\.\\d{4} +0\\.\\d{4} +0\\.\\d{4} +0\\.\\d{4} +0\\.\\d{4}$")
        .containsPattern("(?m)^  batch-only +[01]\\.\\d+ ")
        .containsPattern("(?m)^  batch \\+ online +[01]\\.\\d+ ")
        .contains("blend against decayed popularity, warm users: ")
        .contains("Chart: " + chart)
        .contains("The first 2 weeks once more, from a file a day, through Spark and Redis")
        .containsPattern("(?m)^ +2 +\\d+ +0\\.\\d{4} +0\\.\\d{4} +0\\.\\d{4} +v\\d$")
        .containsPattern("  user 7 is offered now +rank in the model  in popularity\n  film \\d")
        .containsPattern("\n\\d+ events learned in 14 batches; 0 without an id, 0 out of range, 0 ")
        .doesNotContain("NaN");
    assertThat(Files.readString(chart)).contains("batch + online</text>", "<polyline ");
    assertThat(redis.ask("KEYS", "*{films-*")).isEqualTo("[]");
  }

  @Test
  void run_chartThatCannotBeWritten_saysSoAndGoesOn() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Path chart = Files.writeString(folder.resolve("file"), "").resolve("chart.svg");

    int code =
        run(
            printed,
            "--data",
            data.toString(),
            "--seeds",
            "1",
            "--weeks",
            "1",
            "--live-weeks",
            "0",
            "--chart",
            chart.toString());

    assertThat(code).isOne();
    assertThat(printed.toString(UTF_8)).contains("Cannot write the chart " + chart + ": ");
  }

  @Test
  void run_dataThatIsNotThere_saysWhatIsMissing() {
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> run(new ByteArrayOutputStream(), "--data", folder.toString()))
        .withMessage(
            "Cannot read ratings from "
                + folder
                + ": neither MovieLens 100K's u.data nor MovieTweetings' ratings.dat is there");
  }

  @Test
  void run_noRatingHighEnough_saysSo() {
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(
            () -> run(new ByteArrayOutputStream(), "--data", data.toString(), "--min-rating", "9"))
        .withMessage("Cannot recommend from MovieTweetings: no rating is 9 or more");
  }

  @Test
  void parse_argumentsThatAreNotAllowed_saysWhatIs() {
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> RecommenderOptions.parse("--min-rating", "11"))
        .withMessage("Cannot use '--min-rating 11': allowed is a number from 0 to 10");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> RecommenderOptions.parse("--fast"))
        .withMessage(
            "Cannot understand argument '--fast': allowed are --data, --min-rating, --weeks,"
                + " --seeds, --chart, --live-weeks, --user, --redis, --kafka, --topic, --tune,"
                + " --help");
  }

  private static int run(ByteArrayOutputStream printed, String... args) throws Exception {
    return AdaptiveRecommender.run(new PrintStream(printed, /* autoFlush= */ true, UTF_8), args);
  }
}
