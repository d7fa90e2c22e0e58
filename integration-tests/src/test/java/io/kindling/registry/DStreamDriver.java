package io.kindling.registry;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Prediction;
import io.kindling.ml.spark.ModelScoring;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaStreamingContext;

/**
 * An application to submit and to kill: scores the lines of new files with a checkpoint, tells
 * Redis the answers of each batch that has some, and waits for a sign before it ends the batch.
 */
public final class DStreamDriver {
  static final String STARTED = "started";
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private DStreamDriver() {}

  /** The list of what batches were answered: the batch's time, then the answers by line. */
  static String answers(String model) {
    return model + ":answers";
  }

  /** The list whose elements let a batch end each. */
  static String signs(String model) {
    return model + ":signs";
  }

  /** Called by spark-submit: Redis, the model, the folder of the files and of the checkpoint. */
  public static void main(String[] args) throws InterruptedException {
    String checkpoint = args[2] + "/checkpoint";
    try (JavaStreamingContext streaming =
        JavaStreamingContext.getOrCreate(
            checkpoint, () -> create(args[0], args[1], args[2], checkpoint))) {
      streaming.start();
      System.out.println(STARTED);
      streaming.awaitTermination();
    }
  }

  private static JavaStreamingContext create(
      String uri, String model, String folder, String checkpoint) {
    var streaming = new JavaStreamingContext(new SparkConf(), Durations.seconds(1));
    streaming.checkpoint(checkpoint);
    ModelScoring.of(RedisConfig.parse(uri), model)
        .scoreVectors(streaming.textFileStream(folder + "/files"), "files", line -> vector(line))
        .foreachRDD((rows, time) -> tell(uri, model, rows, time));
    return streaming;
  }

  static FeatureVector vector(String line) {
    return FeatureVector.dense(
        Arrays.stream(line.split(",", -1)).mapToDouble(Double::parseDouble).toArray());
  }

  private static void tell(
      String uri, String model, JavaPairRDD<String, Prediction> rows, Time time) {
    String answers =
        rows.collect().stream()
            .map(row -> row._1() + " " + row._2().prediction() + " " + row._2().version())
            .sorted()
            .collect(Collectors.joining("\n"));
    if (answers.isEmpty()) {
      return;
    }
    try (Redis redis = Redis.connect(uri);
        Redis waiting = redis.blocking(LIMIT)) {
      redis.jedis().rpush(answers(model), time.milliseconds() + "\n" + answers);
      waiting.jedis().blpop((int) LIMIT.toSeconds(), signs(model));
    }
  }
}
