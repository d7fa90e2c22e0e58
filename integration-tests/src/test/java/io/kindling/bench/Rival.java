package io.kindling.bench;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.types.StructType;

/**
 * Another library that serves Spark's pipelines in the JVM.
 *
 * <p>Implementations may need a library whose licence keeps it from the ordinary class path, so
 * they are found as services and live in {@code src/bench}, which the profile {@code bench} adds.
 */
interface Rival {

  /** The one in {@code src/bench}. */
  static Rival load() {
    return ServiceLoader.load(Rival.class)
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("Cannot find a rival: is the profile bench active?"));
  }

  /** Begins the names of its figures. */
  String name();

  /** How its time was measured, for the notes of its figures. */
  String note();

  /**
   * Takes over a pipeline and brings rows into the form in which it takes them.
   *
   * @param inputs the columns that the pipeline was fitted on, with that of the label
   * @param rows values by the names of the columns
   */
  Rows open(PipelineModel pipeline, StructType inputs, List<Map<String, ?>> rows) throws Exception;

  /** Rows ready to be scored. */
  @FunctionalInterface
  interface Rows {
    /** Scores a row. */
    double predict(int row);
  }
}
