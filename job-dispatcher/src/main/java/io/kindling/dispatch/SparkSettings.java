package io.kindling.dispatch;

import io.kindling.core.RedisConfig;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** What an application was started with, as {@code --conf} gives it. */
final class SparkSettings {
  private SparkSettings() {}

  static Map<String, String> of(SparkSession session) {
    Map<String, String> pairs = new HashMap<>();
    for (Tuple2<String, String> pair : session.sparkContext().getConf().getAll()) {
      pairs.put(pair._1(), pair._2());
    }
    return pairs;
  }

  /** Where {@code spark.kindling.redis.*}, or spark-redis's settings, say that Redis is. */
  static RedisConfig redis(SparkSession session) {
    return RedisConfig.from(of(session));
  }
}
