package io.kindling.examples.recommender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kindling.ml.factor.BiasedSgd;
import io.kindling.ml.factor.FactorEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The shipped data: figures that only change if somebody means them to. */
class MovieTweetingsTest {

  private static final RatingLog LOG = RatingLog.read(Path.of("data", "movietweetings-100k"));
  private static final Contest CONTEST = Contest.on(LOG);

  @Test
  void stars_allRatings_rmseOfMeanBiasesAndVectors() {
    RatingErrors errors = new RatingErrors(0, 10);

    assertThat(
            new double[] {
              errors.ofMean(LOG.events()),
              errors.of(LOG.events(), new BiasOnly(Competition.BIAS_STEP), CONTEST.stars()),
              errors.of(LOG.events(), new BiasedSgd(CONTEST.stars()), CONTEST.stars())
            })
        .containsExactly(new double[] {1.879, 1.641, 1.639}, within(0.003));
  }

  @Test
  void contest_threeWeeks_figuresStay() {
    Competition.Outcome outcome =
        new Competition(new PrintStream(new ByteArrayOutputStream()), CONTEST, 1)
            .run(LOG.events().subList(0, 100), weeks(3));

    assertThat(
            Stream.of(
                    Contest.DECAYED,
                    Contest.BATCH_ONLY,
                    Contest.ONLINE_ONLY,
                    Contest.BATCH_ONLINE,
                    Contest.BLEND)
                .mapToDouble(name -> outcome.ndcg(name, gain -> true))
                .toArray())
        .containsExactly(new double[] {0.108, 0.045, 0.104, 0.102, 0.108}, within(0.002));
  }

  @Test
  void tuning_oneTry_printsTheBestOfEachKind() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    List<FactorEvent> events = weeks(2).stream().filter(event -> event.user() % 40 == 0).toList();

    Tuning tuning = new Tuning(new PrintStream(printed), events, Competition.TOP, 1);
    tuning.run(1);
    tuning.runBlend(CONTEST, 1);

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .containsPattern("decayed popularity, \\d+ tried:\n  0\\.\\d{4}  half-life of ")
        .containsPattern("batch-only, \\d+ tried:\n  0\\.\\d{4}  AlsSettings\\[rank=16, ")
        .containsPattern("online-only, 1 tried:\n  0\\.\\d{4}  learning rate 0\\.\\d+, decay ")
        .containsPattern("batch \\+ online, 1 tried:\n  0\\.\\d{4}  AlsSettings\\[rank=16, ")
        .containsPattern("blend, .*, \\d+ tried:\n  0\\.\\d{4}  AlsSettings.* Blending");
  }

  private static List<FactorEvent> weeks(int weeks) {
    List<FactorEvent> liked = LOG.atLeast(CONTEST.minRating());
    long end = liked.get(0).time() + weeks * Prequential.WEEK;
    return liked.stream().filter(event -> event.time() < end).toList();
  }
}
