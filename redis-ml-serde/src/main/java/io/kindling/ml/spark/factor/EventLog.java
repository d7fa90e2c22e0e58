package io.kindling.ml.spark.factor;

import io.kindling.core.KindlingException;
import io.kindling.ml.factor.FactorEvent;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Every event that was learned, a folder a batch, which a batch that runs again overwrites: what a
 * retrained version catches up with. Driver only.
 */
final class EventLog {

  static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.IntegerType, false)
          .add("item", DataTypes.IntegerType, false)
          .add("rating", DataTypes.FloatType, false)
          .add("time", DataTypes.LongType, false)
          .add("position", DataTypes.LongType, false);

  private static final String BATCH = "batch=";

  private final SparkSession spark;
  private final @Nullable String folder;

  /**
   * A log.
   *
   * @param folder null for one that keeps nothing
   */
  EventLog(SparkSession spark, @Nullable String folder) {
    this.spark = spark;
    this.folder = folder;
  }

  /** Where the events of a stream stand, in what file systems and Spark's globs take as a name. */
  private static String path(String folder, String stream) {
    String name = URLEncoder.encode(stream, StandardCharsets.UTF_8).replace("*", "%2A");
    return folder + "/stream=" + name;
  }

  private static String path(String folder, String stream, long batch) {
    return path(folder, stream) + "/" + BATCH + batch;
  }

  void write(EventBlock events, String stream, long batch) {
    if (folder != null) {
      JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
      List<EventBlock> one = new ArrayList<>();
      one.add(events);
      write(context.parallelize(one, 1), stream, batch);
    }
  }

  void write(JavaRDD<EventBlock> events, String stream, long batch) {
    if (folder != null) {
      JavaRDD<Row> rows = events.flatMap(block -> rows(block).iterator());
      spark
          .createDataFrame(rows, SCHEMA)
          .write()
          .mode(SaveMode.Overwrite)
          .parquet(path(folder, stream, batch));
    }
  }

  private static List<Row> rows(EventBlock block) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      FactorEvent event = block.event(i);
      rows.add(
          RowFactory.create(
              event.user(), event.item(), event.rating(), event.time(), event.position()));
    }
    return rows;
  }

  /** The events of all batches of a stream that the log still has, up to one. */
  Dataset<Row> readUpTo(String stream, long last) {
    String root = path(Objects.requireNonNull(folder), stream);
    Path path = new Path(root);
    List<String> paths = new ArrayList<>();
    try {
      FileSystem files = files(path);
      for (FileStatus file : files.exists(path) ? files.listStatus(path) : new FileStatus[0]) {
        String name = file.getPath().getName();
        if (name.startsWith(BATCH) && Long.parseLong(name.substring(BATCH.length())) <= last) {
          paths.add(root + "/" + name);
        }
      }
    } catch (IOException e) {
      throw unreadable(root, e);
    }
    return read(paths);
  }

  /** Whether a batch was learned while the log was kept. */
  boolean has(String stream, long batch) {
    String root = path(Objects.requireNonNull(folder), stream, batch);
    try {
      return files(new Path(root)).exists(new Path(root));
    } catch (IOException e) {
      throw unreadable(root, e);
    }
  }

  private FileSystem files(Path path) throws IOException {
    return path.getFileSystem(spark.sparkContext().hadoopConfiguration());
  }

  private static KindlingException unreadable(String root, IOException cause) {
    return new KindlingException("Cannot read the event log at '" + root + "'", cause);
  }

  /** The events of some batches of a stream, from one to another, both included. */
  Dataset<Row> read(String stream, long first, long last) {
    if (folder == null) {
      throw new IllegalStateException("Cannot read events: the trainer keeps no event log");
    }
    List<String> paths = new ArrayList<>();
    for (long batch = first; batch <= last; batch++) {
      paths.add(path(folder, stream, batch));
    }
    return read(paths);
  }

  private Dataset<Row> read(List<String> paths) {
    return paths.isEmpty()
        ? spark.createDataFrame(new ArrayList<Row>(), SCHEMA)
        : spark.read().schema(SCHEMA).parquet(paths.toArray(String[]::new));
  }
}
