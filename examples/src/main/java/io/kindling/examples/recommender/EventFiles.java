package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.StringJoiner;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Events as a stream of files, one for each day; a file is a micro-batch.
 *
 * @param folder where the files are
 */
record EventFiles(Path folder) implements EventSource {

  private static final long DAY = 24 * 3_600;

  /**
   * Writes the files into a folder.
   *
   * @param events in the order of time
   */
  static EventFiles write(List<FactorEvent> events, Path folder) throws IOException {
    Files.createDirectories(folder);
    long first = events.get(0).time();
    for (int from = 0; from < events.size(); ) {
      long day = (events.get(from).time() - first) / DAY;
      StringJoiner lines = new StringJoiner("\n", "", "\n");
      for (; from < events.size() && (events.get(from).time() - first) / DAY == day; from++) {
        lines.add(EventText.of(events.get(from)));
      }
      Path file = folder.resolve(String.format("day-%05d.csv", day));
      Files.writeString(file, lines.toString(), StandardCharsets.UTF_8);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000 * (first + day * DAY)));
    }
    return new EventFiles(folder);
  }

  @Override
  public String about() {
    return "from a file a day";
  }

  /** In the order of the files' times. */
  @Override
  public Dataset<Row> read(SparkSession spark) {
    return EventText.columns(
        spark.readStream().option("maxFilesPerTrigger", 1).text(folder.toString()));
  }
}
