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
import org.junit.jupiter.api.Test;

/** The shipped data: figures that only change if somebody means them to. */
class MovieTweetingsTest {

  private static final RatingLog LOG = RatingLog.read(Path.of("data", "movietweetings-100k"));
  private static final Contest CONTEST = Contest.on(LOG);

  @Test
  void stars_allRatings_rmseOfMeanBiasesAndVectors() {
    RatingErrors errors = new RatingErrors(0, 10);

    assertThat(errors.ofMean(LOG.events())).isEqualTo(0, within(0.003));
    assertThat(errors.of(LOG.events(), new BiasOnly(0.05), CONTEST.stars()))
        .isEqualTo(0, within(0.003));
    assertThat(errors.of(LOG.events(), new BiasedSgd(CONTEST.stars()), CONTEST.stars()))
        .isEqualTo(0, within(0.003));
  }

  @Test
  void contest_threeWeeks_figuresStay() {
    Competition.Outcome outcome =
        new Competition(new PrintStream(new ByteArrayOutputStream()), CONTEST, 1)
            .run(LOG.events().subList(0, 100), weeks(3));

    assertThat(outcome.ndcg(Contest.DECAYED, gain -> true)).isEqualTo(0, within(0.002));
    assertThat(outcome.ndcg(Contest.BATCH_ONLY, gain -> true)).isEqualTo(0, within(0.002));
    assertThat(outcome.ndcg(Contest.ONLINE_ONLY, gain -> true)).isEqualTo(0, within(0.002));
    assertThat(outcome.ndcg(Contest.BATCH_ONLINE, gain -> true)).isEqualTo(0, within(0.002));
    assertThat(outcome.ndcg(Contest.BLEND, gain -> true)).isEqualTo(0, within(0.002));
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
