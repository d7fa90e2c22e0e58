package io.kindling.examples.recommender;

import io.kindling.core.Redis;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Where the stream runs.
 *
 * @param folder for its checkpoint and its log of events
 */
record Place(SparkSession spark, Redis redis, Path folder) {}
