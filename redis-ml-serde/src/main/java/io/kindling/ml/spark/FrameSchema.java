package io.kindling.ml.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The schema of a frame between two stages, with all that the stages before have said of their
 * columns. Made only if a converter asks: it has the stages transform a frame without rows.
 */
final class FrameSchema {

  private StructType schema;
  private final List<Transformer> since = new ArrayList<>();

  FrameSchema(StructType schema) {
    this.schema = schema;
  }

  /** The same, for stages that are passed once more as a whole. */
  FrameSchema copy() {
    FrameSchema copy = new FrameSchema(schema);
    copy.since.addAll(since);
    return copy;
  }

  /** A stage has been passed. */
  void pass(Transformer stage) {
    since.add(stage);
  }

  /** A column at this point. */
  StructField field(StageParams stage, String name) {
    if (!since.isEmpty()) {
      try {
        Dataset<Row> frame = SparkSession.active().createDataFrame(List.<Row>of(), schema);
        for (Transformer passed : since) {
          frame = passed.transform(frame);
        }
        schema = frame.schema();
        since.clear();
      } catch (RuntimeException e) {
        throw stage.failure(
            "what the stages before say of column '%s' is not known without a row: %s",
            name, String.valueOf(e.getMessage()));
      }
    }
    return schema.apply(name);
  }
}
