package io.kindling.ml.spark.factor;

/**
 * What a retraining came to.
 *
 * @param version that was made, as in {@code v3}; stored also if it was refused
 * @param isPromoted whether it is live now
 * @param reason why, for people
 * @param events of the hold-out that were compared
 * @param liveNdcg nDCG@10 of the version that was live, over these
 * @param ndcg of the new one
 * @since 0.1
 */
public record RetrainingResult(
    String version, boolean isPromoted, String reason, int events, double liveNdcg, double ndcg) {}
