package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorSettings.MeanPolicy;
import io.kindling.ml.factor.ImplicitSgd;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What competes on a data set, with settings that {@link Tuning} has chosen on its first four weeks
 * alone.
 *
 * @param lowest rating that one can give
 * @param highest rating that one can give
 * @param minRating from which a rating counts as liked
 * @param stars of the prediction of ratings
 * @param halfLifeDays of the decayed popularity
 * @param batch of batch-only
 * @param foldIn of batch + fold-in
 * @param online of online-only
 * @param both of batch + online
 * @param blended of the model in the blend
 * @param blending of popularity and this model
 */
record Contest(
    double lowest,
    double highest,
    int minRating,
    FactorSettings stars,
    double halfLifeDays,
    AlsSettings batch,
    AlsSettings foldIn,
    FactorSettings online,
    BatchAndOnline both,
    BatchAndOnline blended,
    Blending blending) {

  static final String BATCH_ONLY = "batch-only";
  static final String ONLINE_ONLY = "online-only";
  static final String BATCH_ONLINE = "batch + online";
  static final String POPULARITY = "popularity";
  static final String DECAYED = "decayed popularity";
  static final String BLEND = "blend";

  /** Weeks that the settings were chosen on; they count in no mean. */
  static final int TUNING_WEEKS = 4;

  static final String FOLD_IN = "batch + fold-in";

  /** These draw nothing, or are run with one seed alone. */
  static final List<String> ONCE = List.of(POPULARITY, DECAYED, FOLD_IN);

  private static final double DAY = 24 * 3_600;

  private static final FactorSettings STARS =
      FactorSettings.builder()
          .rank(10)
          .learningRate(0.15)
          .biasLearningRate(0.05)
          .regularization(0.02)
          .biasRegularization(0.005)
          .build();

  private static final Contest MOVIE_LENS =
      new Contest(
          1,
          5,
          4,
          STARS,
          30,
          als(0.3, 0.1),
          als(0.03, 0.1),
          sgd(0.21, 0.05, 0.0083, 0.0036, 0.018, 20, 0.5),
          new BatchAndOnline(als(0.1, 0.5), sgd(0.1, 0.1, 0, 0.12, 5.3e-4, 20, 2)),
          new BatchAndOnline(als(0.01, 0.05), sgd(0.13, 0.003, 0.0029, 0.017, 0.053, 32, 0.5)),
          new Blending(4.6, 0.97, 0.61));

  private static final Contest MOVIE_TWEETINGS =
      new Contest(
          0,
          10,
          7,
          STARS,
          1,
          als(0.1, 4),
          als(0.1, 4),
          sgd(0.067, 0.2, 0.074, 0.0036, 0.029, 20, 0.25),
          new BatchAndOnline(als(0.3, 0.5), sgd(0.19, 0, 0.04, 0.17, 4.1e-4, 1, 0.1)),
          new BatchAndOnline(als(0.03, 0.5), sgd(0.31, 0.02, 0, 0.0029, 4.3e-4, 8, 0)),
          new Blending(2.8, 0.004, 1.6));

  static Contest on(RatingLog log) {
    return log.name().startsWith("MovieLens") ? MOVIE_LENS : MOVIE_TWEETINGS;
  }

  private static AlsSettings als(double regularization, double alpha) {
    return new AlsSettings(/* rank= */ 16, regularization, alpha, /* iterations= */ 10);
  }

  /** In the order of Tuning's output. */
  private static FactorSettings sgd(
      double learningRate,
      double decay,
      double biasLearningRate,
      double regularization,
      double biasRegularization,
      int negatives,
      double confidence) {
    return FactorSettings.builder()
        .rank(16)
        .meanPolicy(MeanPolicy.ZERO)
        .learningRate(learningRate)
        .learningRateDecay(decay)
        .biasLearningRate(biasLearningRate)
        .regularization(regularization)
        .biasRegularization(biasRegularization)
        .negatives(negatives)
        .confidence(confidence)
        .build();
  }

  /** All by name; those that draw nothing are the same whatever the seed. */
  Map<String, Recommender> entrants(long seed) {
    Map<String, Recommender> entrants = new LinkedHashMap<>();
    entrants.put(POPULARITY, new DecayedPopularity(Double.POSITIVE_INFINITY));
    entrants.put(DECAYED, popularity());
    entrants.put(BATCH_ONLY, FactorModel.batchOnly(online, new PlainAls(batch, seed)));
    entrants.put(ONLINE_ONLY, onlineOnly(online, seed));
    PlainAls trainer = new PlainAls(both.batch(), seed);
    entrants.put(BATCH_ONLINE, both.model(trainer, seed));
    entrants.put("the same, never retrained", onlineOnly(both.online(), seed));
    entrants.put(FOLD_IN, new FoldInModel(foldIn, new PlainAls(foldIn, seed)));
    PlainAls forBlend =
        blended.batch().equals(both.batch()) ? trainer : new PlainAls(blended.batch(), seed);
    entrants.put(BLEND, new Blend(popularity(), blended.model(forBlend, seed), blending));
    return entrants;
  }

  DecayedPopularity popularity() {
    return new DecayedPopularity(halfLifeDays * DAY);
  }

  static FactorModel onlineOnly(FactorSettings settings, long seed) {
    FactorSettings seeded = settings.toBuilder().seed(seed).build();
    return FactorModel.onlineOnly(seeded, new ImplicitSgd(seeded));
  }
}
