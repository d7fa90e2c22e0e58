package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.core.RedisKeys;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Predictor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The same setting of Redis: the hash of a model. */
final class ModelHashTuning {
  private static final String NAME = "tuning";
  private static final String KEY = RedisKeys.of("kindling:model", NAME);
  private static final List<HashThresholds> CASES =
      List.of(HashThresholds.OFF, HashThresholds.DEFAULT, new HashThresholds(512, 65_536));
  private static final int CALLS = 1_000;

  private final CountingBed bed;
  private final Forest forest;
  private final FeatureVector row;
  private final Map<HashThresholds, String> encodings = new HashMap<>();

  ModelHashTuning(CountingBed bed) {
    this.bed = bed;
    var generated = new GeneratedForest(500, 5, 1700, 5, 2_000, 20170601);
    row = generated.rows(1, 100).get(0).forKindling();
    forest = generated.forest();
  }

  void report(BenchReport report) throws Exception {
    double[][][] all = Turns.measure(TuningBench.REPETITIONS, CASES, this::measure);
    HashThresholds.DEFAULT.set(bed.server());
    var table =
        new Table.Builder(
            "docs/tuning.md",
            "model",
            "entries / value",
            "model",
            "KiB",
            "`publish`, ms",
            "`load`, ms",
            "`predict`, us");
    for (int i = 0; i < all.length; i++) {
      HashThresholds thresholds = CASES.get(i);
      String encoding = Objects.requireNonNull(encodings.get(thresholds));
      String prefix = "hash_model" + thresholds.suffix() + "_";
      String what = "500 trees of depth 5, " + thresholds;
      report.add(prefix + "kib", "KiB", encoding + ", " + what, all[i][0]);
      report.add(prefix + "publish_ms", "ms", "publish, compiled before, " + what, all[i][1]);
      report.add(prefix + "load_ms", "ms", "load, " + what, all[i][2]);
      report.add(prefix + "predict_us", "us", "Predictor.predict, " + what, all[i][3]);
      table.row(
          thresholds,
          encoding,
          Timing.median(all[i][0]),
          Timing.median(all[i][1]),
          Timing.median(all[i][2]),
          Timing.median(all[i][3]));
    }
    TuningDocs.add(report, table.build());
  }

  private double[] measure(HashThresholds thresholds) {
    thresholds.set(bed.server());
    Redis redis = bed.redis();
    redis.jedis().unlink(KEY);
    ModelStore models = ModelStore.of(redis);
    double publishMillis = Timing.seconds(() -> models.publish(NAME, forest)) * 1e3;
    encodings.put(thresholds, redis.jedis().objectEncoding(KEY));
    Predictor predictor = Predictor.open(redis, NAME);
    return new double[] {
      redis.jedis().memoryUsage(KEY, 0) / 1024.0,
      publishMillis,
      Timing.median(Timing.micros(20, call -> models.load(NAME))) / 1e3,
      Timing.median(Timing.micros(CALLS, call -> Sink.take(predictor.predict(row))))
    };
  }
}
