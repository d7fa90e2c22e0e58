package io.kindling.examples.recommender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kindling.ml.factor.FactorEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class PrequentialTest {

  private static final long DAY = 24 * 3_600;

  /** The items 10 to 13 are known after the first four events and have the numbers 0 to 3. */
  private final List<FactorEvent> events =
      new ArrayList<>(List.of(event(1, 10, 0), event(1, 11, 1), event(1, 12, 2), event(1, 13, 3)));

  @Test
  void run_scoresAllDiffer_gainIsThatOfTheRank() {
    events.add(event(2, 12, 4));

    List<Prequential.Gain> gains = run(item -> -item); // item 12 is third

    assertThat(gains.get(4)).isEqualTo(new Prequential.Gain(2, 0, 0, 0.5));
    assertThat(gains.subList(0, 4)).allMatch(gain -> gain.ndcg() == 0);
  }

  @Test
  void run_equalScores_countAgainstTheModel() {
    events.add(event(2, 10, 4));

    assertThat(run(item -> 7).get(4).ndcg()).isEqualTo(Math.log(2) / Math.log(5), within(1e-12));
  }

  @Test
  void run_scoreThatIsNotANumber_countsAgainstTheModel() {
    events.add(event(2, 10, 4));

    assertThat(run(item -> Double.NaN).get(4).ndcg())
        .isEqualTo(Math.log(2) / Math.log(5), within(1e-12));
  }

  @Test
  void run_itemsThatTheUserHasHad_areNotOffered() {
    events.add(event(2, 10, 4));
    events.add(event(2, 11, 5));
    events.add(event(2, 12, 6));

    List<Prequential.Gain> gains = run(item -> -item);

    assertThat(gains.subList(4, 7)).allMatch(gain -> gain.ndcg() == 1);
    assertThat(gains.get(6).before()).isEqualTo(2);
  }

  @Test
  void run_itemThatTheUserHasHad_isMissed() {
    events.add(event(1, 10, 4));

    assertThat(run(item -> -item).get(4).ndcg()).isZero();
  }

  @Test
  void run_beyondTheTop_isMissed() {
    events.add(event(2, 13, 4));

    List<Prequential.Gain> gains = new Prequential(3, 7 * DAY).run(events, fixed(item -> -item));

    assertThat(gains.get(4).ndcg()).isZero();
    assertThat(gains.get(4).recall()).isZero();
  }

  @Test
  void run_periods_beginOnceEachWithTheHistoryBeforeThem() {
    events.add(event(2, 10, 7 * DAY));
    events.add(event(2, 11, 22 * DAY));
    List<String> begun = new ArrayList<>();

    List<Prequential.Gain> gains =
        new Prequential(10, 7 * DAY)
            .run(
                events,
                new Recommender() {
                  @Override
                  public Scores scores(int user, long time) {
                    return item -> -item;
                  }

                  @Override
                  public void learn(FactorEvent event, int item) {}

                  @Override
                  public void begin(int period, List<FactorEvent> history) {
                    begun.add(period + ": " + history.size());
                  }
                });

    assertThat(begun).containsExactly("0: 0", "1: 4", "2: 5", "3: 5");
    assertThat(gains).extracting(Prequential.Gain::period).containsExactly(0, 0, 0, 0, 1, 3);
    WeeklySeries series = WeeklySeries.of(gains, gain -> gain.user() == 2);
    assertThat(series.ndcg()).containsExactly(Double.NaN, 1.0, Double.NaN, 1.0);
    assertThat(series.meanNdcg()).isEqualTo(1);
    assertThat(series.meanRecall()).isEqualTo(1);
    assertThat(series.count()).isEqualTo(2);
  }

  @Test
  void popularity_halfLife_halvesWhatAnEventCounts() {
    DecayedPopularity popularity = new DecayedPopularity(2 * DAY);
    popularity.learn(event(1, 10, 0), 0);
    popularity.learn(event(2, 10, 0), 0);
    popularity.learn(event(1, 11, 4 * DAY), 1);

    Recommender.Scores scores = popularity.scores(3, 6 * DAY);

    assertThat(scores.of(0)).isEqualTo(0.25, within(1e-12));
    assertThat(scores.of(1)).isEqualTo(0.5, within(1e-12));
    assertThat(scores.of(2)).isZero();
  }

  /** 5,000 half-lives: 2 to that power is no double. */
  @Test
  void popularity_afterVeryLong_staysFinite() {
    DecayedPopularity popularity = new DecayedPopularity(DAY);
    for (int day = 0; day <= 5_000; day++) {
      popularity.learn(event(1, 10, day * DAY), 0);
    }

    assertThat(popularity.scores(1, 5_000 * DAY).of(0)).isEqualTo(2, within(1e-9));
  }

  @Test
  void bootstrap_everyUserTwiceAsGood_intervalIsAPoint() {
    List<Prequential.Gain> better = new ArrayList<>();
    List<Prequential.Gain> than = new ArrayList<>();
    for (int user = 0; user < 50; user++) {
      better.add(new Prequential.Gain(user, 0, user % 7, 1.0));
      than.add(new Prequential.Gain(user, 0, user % 7, 0.5));
    }

    Bootstrap all = Bootstrap.compare(better, than, gain -> gain.before() >= 5, 1);

    assertThat(all).isEqualTo(new Bootstrap(1, 1, 1));
  }

  private List<Prequential.Gain> run(IntToDoubleFunction scores) {
    return new Prequential(10, 7 * DAY).run(events, fixed(scores));
  }

  private static Recommender fixed(IntToDoubleFunction scores) {
    return new Recommender() {
      @Override
      public Scores scores(int user, long time) {
        return scores::applyAsDouble;
      }

      @Override
      public void learn(FactorEvent event, int item) {}
    };
  }

  private static FactorEvent event(int user, int item, long time) {
    return new FactorEvent(user, item, 5, time, time);
  }
}
