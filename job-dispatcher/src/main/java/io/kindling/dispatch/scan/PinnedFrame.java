package io.kindling.dispatch.scan;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;

/**
 * A frame that reads the same rows in the same partitions whenever it is read: Parquet files that
 * nobody changes, one a partition.
 *
 * @param name for people
 * @param rows in partitions that do not depend on how many executors there are
 * @param schema of the rows
 * @param partitionRows how many each partition has
 * @param shuffled whether a row's partition says nothing of its values, so that some partitions are
 *     a sample of all
 */
public record PinnedFrame(
    String name, Dataset<Row> rows, StructType schema, List<Long> partitionRows, boolean shuffled) {

  private static final long ROWS_A_FILE = 4L * ColumnStore.BLOCK_ROWS;
  private static final int MIN_FILES = 16;
  private static final int MAX_FILES = 10_000;

  /** With this as the cost of opening a file Spark reads every file in a partition of its own. */
  private static final String ONE_FILE_A_PARTITION = Long.toString(1L << 40);

  /**
   * Writes a frame to a new folder of Parquet files and reads it from there from now on. A row's
   * file is given by a hash of its values.
   *
   * @param seed of the hash
   */
  public static PinnedFrame write(String name, Dataset<Row> frame, String folder, long seed) {
    long rows = frame.count();
    long files = Math.min(Math.max(rows / ROWS_A_FILE, MIN_FILES), MAX_FILES);
    Column[] hashed =
        Arrays.stream(frame.schema().fields())
            .filter(field -> isHashable(field.dataType()))
            .map(field -> frame.col("`" + field.name().replace("`", "``") + "`"))
            .toArray(Column[]::new);
    Column[] withSeed = Arrays.copyOf(hashed, hashed.length + 1);
    withSeed[hashed.length] = functions.lit(seed);
    frame.repartition((int) files, functions.xxhash64(withSeed)).write().parquet(folder);
    return open(name, frame.sparkSession(), folder, true);
  }

  private static boolean isHashable(DataType type) {
    if (type instanceof ArrayType array) {
      return isHashable(array.elementType());
    }
    if (type instanceof StructType struct) {
      return Arrays.stream(struct.fields()).allMatch(field -> isHashable(field.dataType()));
    }
    return !(type instanceof MapType);
  }

  /** Reads files that somebody else wrote, and that must not change any more. */
  public static PinnedFrame read(String name, SparkSession spark, String folder) {
    return open(name, spark, folder, false);
  }

  private static PinnedFrame open(
      String name, SparkSession spark, String folder, boolean shuffled) {
    SparkSession reader = spark.newSession();
    reader.conf().set("spark.sql.files.openCostInBytes", ONE_FILE_A_PARTITION);
    reader.conf().set("spark.sql.files.maxPartitionBytes", ONE_FILE_A_PARTITION);
    Dataset<Row> rows = reader.read().parquet(folder);
    return new PinnedFrame(name, rows, rows.schema(), rowsOfPartitions(rows), shuffled);
  }

  private static List<Long> rowsOfPartitions(Dataset<Row> rows) {
    return rows.select(functions.lit(1)).toJavaRDD().mapPartitions(PinnedFrame::count).collect();
  }

  private static Iterator<Long> count(Iterator<Row> rows) {
    long count = 0;
    while (rows.hasNext()) {
      rows.next();
      count++;
    }
    return List.of(count).iterator();
  }

  /** All rows. */
  public long numRows() {
    return partitionRows.stream().mapToLong(Long::longValue).sum();
  }

  /**
   * The same rows as a frame of another session, whose settings then say what an expression means.
   */
  public Dataset<Row> in(SparkSession session) {
    return session.read().schema(schema).parquet(rows.inputFiles());
  }
}
