package io.kindling.examples.recommender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kindling.ml.factor.BiasedSgd;
import io.kindling.ml.factor.FactorEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Golden figures on MovieLens 100K, which may not be shipped: {@code mvn -pl examples -am verify
 * -Dtest=MovieLens100kTest -Dsurefire.failIfNoSpecifiedTests=false -Dkindling.data.ml100k=FOLDER}.
 */
class MovieLens100kTest {

  private RatingLog log = new RatingLog("", List.of(), Map.of());
  private Contest contest = Contest.on(log);

  @BeforeEach
  void read() {
    String folder = System.getProperty("kindling.data.ml100k");
    assumeThat(folder).as("-Dkindling.data.ml100k, the folder of MovieLens 100K").isNotNull();
    log = RatingLog.read(Path.of(folder));
    contest = Contest.on(log);
  }

  @Test
  void stars_inTimeOrder_rmseOfMeanBiasesAndVectors() {
    RatingErrors errors = new RatingErrors(contest.lowest(), contest.highest());
    List<FactorEvent> events = log.events();

    assertThat(events).hasSize(100_000);
    assertThat(errors.ofMean(events)).isEqualTo(1.1258, within(0.003));
    assertThat(errors.of(events, new BiasOnly(Competition.BIAS_STEP), contest.stars()))
        .isEqualTo(0.954, within(0.003));
    assertThat(errors.of(events, new BiasedSgd(contest.stars()), contest.stars()))
        .isLessThan(0.949)
        .isEqualTo(0.947, within(0.003));
  }

  @Test
  void contest_weeksThatChoseNothing_bothBeatBatchAndOnline() {
    Competition.Outcome outcome =
        new Competition(System.out, contest, 3).run(log.events(), log.atLeast(contest.minRating()));

    double both = outcome.ndcg(Contest.BATCH_ONLINE, MovieLens100kTest::isJudged);
    assertThat(both).isGreaterThan(0.066);
    assertThat(both)
        .isGreaterThan(1.4 * outcome.ndcg(Contest.BATCH_ONLY, MovieLens100kTest::isJudged));
    assertThat(both).isEqualTo(0.0900, within(0.003));
    assertThat(outcome.ndcg(Contest.ONLINE_ONLY, MovieLens100kTest::isJudged))
        .isEqualTo(0.0825, within(0.003));
    assertThat(outcome.spread(Contest.BATCH_ONLINE, MovieLens100kTest::isJudged)).isLessThan(0.004);
  }

  private static boolean isJudged(Prequential.Gain gain) {
    return gain.period() >= Contest.TUNING_WEEKS;
  }
}
