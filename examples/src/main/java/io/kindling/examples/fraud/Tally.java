package io.kindling.examples.fraud;

import io.kindling.ml.ModelStore;
import io.kindling.ml.VersionedModel;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Counts what was written, payment by payment. */
final class Tally {

  private final Payments payments;
  private final ModelStore store;
  private final String model;

  private final BitSet seen = new BitSet();
  private long rows;
  private long repeated;
  private long foreign;
  private long wrong;
  private final Map<Long, Set<String>> versionsOfBatch = new HashMap<>();
  private final Map<String, VersionedModel> models = new HashMap<>();
  private final Map<Pattern, Map<String, Scores>> byVersion = new TreeMap<>();
  private final Map<Long, Scores> byBatch = new TreeMap<>();

  Tally(Payments payments, ModelStore store, String model) {
    this.payments = payments;
    this.store = store;
    this.model = model;
  }

  /** How often a model was right. */
  static final class Scores {
    private long payments;
    private long frauds;
    private long alarms;
    private long caught;

    void add(boolean fraud, boolean alarm) {
      payments++;
      frauds += fraud ? 1 : 0;
      alarms += alarm ? 1 : 0;
      caught += fraud && alarm ? 1 : 0;
    }

    void add(Scores other) {
      payments += other.payments;
      frauds += other.frauds;
      alarms += other.alarms;
      caught += other.caught;
    }

    long payments() {
      return payments;
    }

    long frauds() {
      return frauds;
    }

    long caught() {
      return caught;
    }

    long falseAlarms() {
      return alarms - caught;
    }

    /** The share of the alarms that were fraud; NaN without any. */
    double precision() {
      return alarms == 0 ? Double.NaN : (double) caught / alarms;
    }

    /** The share of the frauds that were caught; NaN without any. */
    double recall() {
      return frauds == 0 ? Double.NaN : (double) caught / frauds;
    }
  }

  /** Counts answers, which have a column with their batch. */
  void add(Dataset<Row> answers) {
    for (Iterator<Row> rest = answers.toLocalIterator(); rest.hasNext(); ) {
      add(rest.next());
    }
  }

  private void add(Row row) {
    long id = row.<Long>getAs("id");
    long batch = row.<Number>getAs("batch").longValue();
    String version = row.getAs("model_version");
    double prediction = row.<Double>getAs("prediction");
    rows++;
    if (id < 0 || id > Integer.MAX_VALUE) {
      foreign++;
    } else if (seen.get((int) id)) {
      repeated++;
    } else {
      seen.set((int) id);
    }
    versionsOfBatch.computeIfAbsent(batch, b -> new HashSet<>()).add(version);
    wrong += answer(row, version) == prediction ? 0 : 1;
    Scores scores = new Scores();
    scores.add(row.<Double>getAs(Payments.LABEL) == 1, prediction == 1);
    byBatch.computeIfAbsent(batch, b -> new Scores()).add(scores);
    byVersion
        .computeIfAbsent(payments.prevailing(id), p -> new TreeMap<>(Tally::compareVersions))
        .computeIfAbsent(version, v -> new Scores())
        .add(scores);
  }

  /** What the version that a row names answers to it. */
  private double answer(Row row, String version) {
    VersionedModel named = models.computeIfAbsent(version, v -> store.loadVersion(model, v));
    Map<String, Object> fields = new HashMap<>();
    for (String column : row.schema().fieldNames()) {
      fields.put(column, row.getAs(column));
    }
    return named.predict(fields).prediction();
  }

  private static int compareVersions(String one, String other) {
    return Integer.compare(number(one), number(other));
  }

  private static int number(String version) {
    return Integer.parseInt(version.substring(1));
  }

  /** Payments of so many from the first on that nobody has answered. */
  long lost(long generated) {
    return generated - seen.get(0, (int) generated).cardinality();
  }

  /** Answers too many: to a payment that has one, or that was never made. */
  long repeated(long generated) {
    return repeated + foreign + seen.cardinality() - seen.get(0, (int) generated).cardinality();
  }

  long mixedBatches() {
    return versionsOfBatch.values().stream().filter(versions -> versions.size() > 1).count();
  }

  /** Answers that are not those of the version that they name. */
  long wrong() {
    return wrong;
  }

  long answers() {
    return rows;
  }

  /** How often each version was right about the payments of each time. */
  Map<Pattern, Map<String, Scores>> byVersion() {
    return byVersion;
  }

  Map<Long, Scores> byBatch() {
    return byBatch;
  }
}
