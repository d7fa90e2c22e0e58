package io.kindling.examples.recommender;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.factor.ImplicitSgd;
import io.kindling.ml.factor.UserFoldIn;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Two tastes: odd users like the items 1 to 5, even ones 11 to 15. */
class FactorModelTest {

  private static final AlsSettings ALS =
      new AlsSettings(
          /* rank= */ 4, /* regularization= */ 0.1, /* alpha= */ 1, /* iterations= */ 5);
  private static final FactorSettings SETTINGS =
      FactorSettings.builder().rank(4).learningRate(0.1).build();

  private final List<FactorEvent> history = new ArrayList<>();

  FactorModelTest() {
    for (int user = 1; user <= 20; user++) {
      for (int i = 1; i <= 5; i++) {
        if ((user + i) % 3 != 0) {
          history.add(event(user, user % 2 == 1 ? i : 10 + i));
        }
      }
    }
  }

  @Test
  void plainAls_users_areThoseFoldedInAgainstItsItems() {
    BatchModel model = new PlainAls(ALS, 1).train(history);

    List<FactorEvent> own = history.stream().filter(event -> event.user() == 7).toList();
    Factors folded =
        UserFoldIn.implicit(4, ALS.regularization(), ALS.alpha(), model.items().values())
            .fold(
                own.stream().map(event -> model.items().get(event.item())).toList(),
                new float[] {5, 5, 5});
    assertThat(own).hasSize(3);
    assertThat(model.users().get(7)).isEqualTo(folded);
    assertThat(folded.dot(Objects.requireNonNull(model.items().get(1))))
        .isGreaterThan(folded.dot(Objects.requireNonNull(model.items().get(11))) + 0.3);
  }

  @Test
  void plainAls_sameLength_isTrainedOnce() {
    PlainAls trainer = new PlainAls(ALS, 1);

    assertThat(trainer.train(history)).isSameAs(trainer.train(history));
  }

  @Test
  void batchOnly_whatHasHappenedSince_changesNothing() {
    FactorModel model = FactorModel.batchOnly(SETTINGS, new PlainAls(ALS, 1));
    learn(model, history);
    model.begin(1, history);
    double before = model.scores(7, 0).of(indexOf(11));

    learn(model, List.of(event(7, 11), event(99, 12)));

    assertThat(model.scores(7, 0).of(indexOf(11))).isEqualTo(before);
    assertThat(model.scores(99, 0).of(indexOf(12))).isEqualTo(7); // what was popular at the start
  }

  @Test
  void batchAndOnline_event_movesTheScoreFromThatOfTheBatch() {
    FactorModel model =
        FactorModel.batchAndOnline(SETTINGS, new ImplicitSgd(SETTINGS), new PlainAls(ALS, 1));
    learn(model, history);
    model.begin(1, history);
    double before = model.scores(7, 0).of(indexOf(11));

    learn(model, List.of(event(7, 11)));

    assertThat(model.scores(7, 0).of(indexOf(11))).isGreaterThan(before + 0.1);
  }

  @Test
  void onlineOnly_unknownUser_isOfferedWhatIsPopular() {
    FactorModel model = FactorModel.onlineOnly(SETTINGS, new ImplicitSgd(SETTINGS));
    learn(model, history);
    learn(model, List.of(event(8, 12)));

    assertThat(model.scores(99, 0).of(indexOf(12))).isEqualTo(8);
  }

  @Test
  void foldIn_newUser_countsAtOnce() {
    FoldInModel model = new FoldInModel(ALS, new PlainAls(ALS, 1));
    learn(model, history);
    model.begin(1, history);
    assertThat(model.scores(99, 0).of(indexOf(12))).isEqualTo(7);

    learn(model, List.of(event(99, 12)));

    Recommender.Scores scores = model.scores(99, 0);
    assertThat(scores.of(indexOf(13))).isGreaterThan(scores.of(indexOf(3)) + 0.1);
  }

  private void learn(Recommender model, List<FactorEvent> events) {
    events.forEach(event -> model.learn(event, indexOf(event.item())));
  }

  /** In the order of the history: user 1 has the items 1, 3, 4, user 2 has 12, 13, 15 and so on. */
  private int indexOf(int item) {
    return history.stream().map(FactorEvent::item).distinct().toList().indexOf(item);
  }

  private static FactorEvent event(int user, int item) {
    return new FactorEvent(user, item, 5, 0, 0);
  }
}
