package io.kindling.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The forest in another library's evaluator in this JVM, which takes features by name. */
final class RivalServing {

  private static final int WARM_UP = 2_000;

  private final Rival rival;
  private final Rival.Rows rows;

  RivalServing(Rival rival, RandomForestClassificationModel model, List<SparseRow> rows)
      throws Exception {
    this.rival = rival;
    String[] names =
        IntStream.range(0, model.numFeatures()).mapToObj(i -> "f" + i).toArray(String[]::new);
    var assembler = new VectorAssembler().setInputCols(names).setOutputCol("features");
    var pipeline = new PipelineModel("pipeline", new Transformer[] {assembler, model});
    var inputs = new StructType().add(model.getLabelCol(), DataTypes.DoubleType);
    for (String name : names) {
      inputs = inputs.add(name, DataTypes.DoubleType);
    }
    List<Map<String, ?>> named = new ArrayList<>();
    for (SparseRow row : rows) {
      double[] values = row.dense();
      Map<String, Double> byName = new HashMap<>();
      for (int i = 0; i < values.length; i++) {
        byName.put(names[i], values[i]);
      }
      named.add(byName);
    }
    this.rows = rival.open(pipeline, inputs, named);
  }

  void compare(SparkServing spark) {
    spark.requireSameClasses(rival.name(), rows::predict);
  }

  void report(BenchReport report, JvmServing jvm) {
    Timing.micros(WARM_UP, this::predict);
    double[] micros = Timing.p50Micros(ServingBench.REPETITIONS, ServingBench.ROWS, this::predict);
    report.add(
        rival.name() + "_p50_us", "us", rival.note() + ", after " + WARM_UP + " calls", micros);
    report.addRatio(
        "jvm_vs_" + rival.name(),
        "500x5, 5 classes, 1700 features, 100 set",
        micros,
        jvm.singleMicros());
  }

  private void predict(int call) {
    Sink.take(rows.predict(call % ServingBench.ROWS));
  }
}
