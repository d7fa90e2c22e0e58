package io.kindling.examples.recommender;

import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorSettings.MeanPolicy;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * Chooses a contest's settings by the mean nDCG of the first weeks: grids for popularity, ALS and
 * blend, a random search for what learns from events. The best of a search are run again with two
 * more seeds, and the best mean of the three wins: the best of one seed is partly luck.
 */
final class Tuning {

  private static final int RANK = 16;
  private static final int ITERATIONS = 10;
  private static final double DAY = 24 * 3_600;
  private static final double[] HALF_LIVES = {0.5, 1, 2, 4, 7, 14, 30, 60};
  private static final double[] REGULARIZATIONS = {0.003, 0.01, 0.03, 0.1, 0.3, 1};
  private static final double[] ALPHAS = {0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8};
  private static final double[] DECAYS = {0, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2};
  private static final int[] NEGATIVES = {1, 2, 3, 5, 8, 12, 20, 32};
  private static final double[] CONFIDENCES = {0, 0.1, 0.25, 0.5, 1, 2};
  private static final int SEEDS = 3;
  private static final int FINALISTS = 10;
  private static final int PRINTED = 3;

  private final PrintStream out;
  private final List<FactorEvent> events;
  private final int topK;
  private final EventRandom random;
  private final Map<String, PlainAls> trainers = new HashMap<>();

  /**
   * A search.
   *
   * @param events of the weeks to choose by
   */
  Tuning(PrintStream out, List<FactorEvent> events, int topK, long seed) {
    this.out = out;
    this.events = events;
    this.topK = topK;
    this.random = EventRandom.of(seed);
  }

  /** Something to try: for each seed a recommender. */
  private record Trial(String text, LongFunction<Recommender> recommender) {}

  /** What it came to. */
  private record Tried(Trial trial, double ndcg) {}

  /**
   * Runs all searches and prints the best of each.
   *
   * @param tries of each random search
   */
  void run(int tries) {
    Predicate<Prequential.Gain> all = gain -> true;
    List<Trial> popularities = new ArrayList<>();
    for (double days : HALF_LIVES) {
      popularities.add(
          new Trial("half-life of " + days + " days", seed -> new DecayedPopularity(days * DAY)));
    }
    choose("decayed popularity", popularities, all);
    List<Trial> batches = new ArrayList<>();
    List<Trial> foldIns = new ArrayList<>();
    for (double regularization : REGULARIZATIONS) {
      for (double alpha : ALPHAS) {
        AlsSettings als = new AlsSettings(RANK, regularization, alpha, ITERATIONS);
        FactorSettings unused = FactorSettings.builder().rank(RANK).build();
        batches.add(
            new Trial(als.toString(), seed -> FactorModel.batchOnly(unused, trainer(als, seed))));
        foldIns.add(new Trial(als.toString(), seed -> new FoldInModel(als, trainer(als, seed))));
      }
    }
    choose("batch-only", batches, all);
    choose("batch + fold-in", foldIns, all);
    List<Trial> online = new ArrayList<>();
    List<Trial> both = new ArrayList<>();
    for (int i = 0; i < tries; i++) {
      FactorSettings settings = settings();
      online.add(new Trial(text(settings), seed -> Contest.onlineOnly(settings, seed)));
      BatchAndOnline model = batchAndOnline();
      both.add(new Trial(text(model), seed -> model.model(trainer(model.batch(), seed), seed)));
    }
    choose("online-only", online, all);
    choose("batch + online", both, all);
  }

  private BatchAndOnline batchAndOnline() {
    return new BatchAndOnline(
        new AlsSettings(RANK, oneOf(REGULARIZATIONS), oneOf(ALPHAS), ITERATIONS), settings());
  }

  /**
   * Searches for a blend with the contest's popularity, by the events of users of whom something is
   * known: there are too few of warm users in the first weeks to choose by.
   */
  void runBlend(Contest contest, int tries) {
    List<Trial> blends = new ArrayList<>();
    for (int i = 0; i < tries; i++) {
      BatchAndOnline model = batchAndOnline();
      Blending blending = new Blending(between(0.3, 30), between(0.003, 3), between(0.3, 30));
      blends.add(
          new Trial(
              text(model) + ", " + blending,
              seed ->
                  new Blend(
                      contest.popularity(),
                      model.model(trainer(model.batch(), seed), seed),
                      blending)));
    }
    choose("blend, by users who have done something before", blends, gain -> gain.before() > 0);
  }

  private void choose(String name, List<Trial> trials, Predicate<Prequential.Gain> counted) {
    Comparator<Tried> best = Comparator.comparingDouble(tried -> -tried.ndcg);
    List<Tried> first =
        trials.stream()
            .map(trial -> new Tried(trial, ndcg(trial, 1, counted)))
            .sorted(best)
            .toList();
    List<Tried> last =
        first.stream()
            .limit(FINALISTS)
            .map(tried -> new Tried(tried.trial, again(tried, counted)))
            .sorted(best)
            .toList();
    out.printf("%s, %d tried:%n", name, trials.size());
    last.stream()
        .limit(PRINTED)
        .forEach(tried -> out.printf(Locale.ROOT, "  %.4f  %s%n", tried.ndcg, tried.trial.text));
  }

  private double again(Tried tried, Predicate<Prequential.Gain> counted) {
    double sum = tried.ndcg;
    for (int seed = 2; seed <= SEEDS; seed++) {
      sum += ndcg(tried.trial, seed, counted);
    }
    return sum / SEEDS;
  }

  private double ndcg(Trial trial, long seed, Predicate<Prequential.Gain> counted) {
    double ndcg =
        WeeklySeries.of(
                new Prequential(topK, Prequential.WEEK).run(events, trial.recommender.apply(seed)),
                counted)
            .meanNdcg();
    return Double.isNaN(ndcg) ? 0 : ndcg;
  }

  private PlainAls trainer(AlsSettings als, long seed) {
    return trainers.computeIfAbsent(als + " " + seed, key -> new PlainAls(als, seed));
  }

  private FactorSettings settings() {
    return FactorSettings.builder()
        .rank(RANK)
        .meanPolicy(MeanPolicy.ZERO)
        .learningRate(between(0.005, 0.4))
        .learningRateDecay(oneOf(DECAYS))
        .biasLearningRate(random.nextInt(3) == 0 ? 0 : between(0.0003, 0.1))
        .regularization(between(0.001, 0.2))
        .biasRegularization(between(0.0003, 0.1))
        .negatives(NEGATIVES[random.nextInt(NEGATIVES.length)])
        .confidence(oneOf(CONFIDENCES))
        .build();
  }

  private double oneOf(double[] values) {
    return values[random.nextInt(values.length)];
  }

  /** Every order of magnitude as likely, two digits. */
  private double between(double low, double high) {
    double value = low * Math.pow(high / low, random.nextDouble());
    return Double.parseDouble(String.format(Locale.ROOT, "%.1e", value));
  }

  private static String text(BatchAndOnline model) {
    return model.batch() + ", " + text(model.online());
  }

  private static String text(FactorSettings settings) {
    return String.format(
        Locale.ROOT,
        "learning rate %s, decay %s, bias %s, regularization %s, bias %s, negatives %d,"
            + " confidence %s",
        settings.learningRate(),
        settings.learningRateDecay(),
        settings.biasLearningRate(),
        settings.regularization(),
        settings.biasRegularization(),
        settings.negatives(),
        settings.confidence());
  }
}
