package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * First predict, then learn: each event asks what its user is offered at that moment, out of all
 * items that have occurred and that this user has not had; then it is learned.
 *
 * <p>The event's item has a rank of 1 and as many as score at least as high: an equal score counts
 * against the model, or one that gives every item the same score would look perfect. An item that
 * occurs for the first time, or that the user has had before, cannot be offered: it counts as
 * missed.
 *
 * @param topK how many items are offered
 * @param periodSeconds how often {@link Recommender#begin} is called, and results are summed up
 */
record Prequential(int topK, long periodSeconds) {

  static final long WEEK = 7 * 24 * 3_600;

  /**
   * Runs the events through.
   *
   * @param events in the order of time
   */
  List<Gain> run(List<FactorEvent> events, Recommender model) {
    return new Run(model).over(events);
  }

  /** One run. */
  private final class Run {

    private final Items items = new Items();
    private final Recommender model;
    private final Map<Integer, BitSet> had = new HashMap<>();
    private final Map<Integer, Integer> counts = new HashMap<>();

    Run(Recommender model) {
      this.model = model;
    }

    List<Gain> over(List<FactorEvent> events) {
      List<Gain> gains = new ArrayList<>(events.size());
      int period = -1;
      for (int i = 0; i < events.size(); i++) {
        FactorEvent event = events.get(i);
        int now = (int) ((event.time() - events.get(0).time()) / periodSeconds);
        for (; period < now; period++) {
          model.begin(period + 1, events.subList(0, i));
        }
        gains.add(new Gain(event.user(), now, count(event.user()), gain(event)));
        int item = items.add(event.item());
        had(event.user()).set(item);
        model.learn(event, item);
      }
      return gains;
    }

    private BitSet had(int user) {
      return had.computeIfAbsent(user, id -> new BitSet());
    }

    /** How many events the user had before this one. */
    private int count(int user) {
      return counts.merge(user, 1, Integer::sum) - 1;
    }

    private double gain(FactorEvent event) {
      int item = items.indexOf(event.item());
      BitSet had = had(event.user());
      if (item == Items.UNKNOWN || had.get(item)) {
        return 0;
      }
      Recommender.Scores scores = model.scores(event.user(), event.time());
      double score = scores.of(item);
      int rank = 1;
      for (int other = 0; other < items.size() && rank <= topK; other++) {
        if (other != item && !had.get(other) && !(scores.of(other) < score)) {
          rank++;
        }
      }
      return rank <= topK ? Math.log(2) / Math.log(1 + rank) : 0;
    }
  }

  /**
   * What an event's prediction was worth.
   *
   * @param before how many events the user had before
   * @param ndcg 1 / log2(1 + rank), or 0 if the item was not offered
   */
  record Gain(int user, int period, int before, double ndcg) {

    /** Whether the item was offered: with one item to be found, recall and hit rate. */
    double recall() {
      return ndcg > 0 ? 1 : 0;
    }
  }
}
