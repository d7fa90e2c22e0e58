package io.kindling.bench;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.types.StructType;
import org.jpmml.evaluator.EvaluatorUtil;
import org.jpmml.evaluator.FieldValue;
import org.jpmml.evaluator.InputField;
import org.jpmml.evaluator.LoadingModelEvaluatorBuilder;
import org.jpmml.evaluator.ModelEvaluator;
import org.jpmml.evaluator.OutputFilters;
import org.jpmml.sparkml.PMMLBuilder;
import org.jpmml.sparkml.model.HasPredictionModelOptions;

/**
 * JPMML: its converter writes the pipeline as PMML, its evaluator loads that with all the
 * optimisations that loading does (shared and parsed values, hashed predicates, plain nodes).
 *
 * <p>In its favour: the values are validated and wrapped before the time starts, and the model has
 * no output field besides the target and its probabilities.
 */
public final class Jpmml implements Rival {

  @Override
  public String name() {
    return "jpmml";
  }

  @Override
  public String note() {
    return "ModelEvaluator.evaluate(map of prepared values), JPMML-SparkML 3.2.0 and -Evaluator"
        + " 1.7.7";
  }

  @Override
  public Rows open(PipelineModel pipeline, StructType inputs, List<Map<String, ?>> rows)
      throws Exception {
    byte[] pmml =
        new PMMLBuilder(inputs, pipeline)
            .putOption(HasPredictionModelOptions.OPTION_KEEP_PREDICTIONCOL, false)
            .buildByteArray();
    ModelEvaluator<?> evaluator =
        new LoadingModelEvaluatorBuilder()
            .setOutputFilter(OutputFilters.KEEP_FINAL_RESULTS)
            .setCheckSchema(false) // it refuses more than 1,000 inputs
            .load(new ByteArrayInputStream(pmml))
            .build();
    String target = evaluator.getTargetFields().get(0).getName();
    List<Map<String, FieldValue>> prepared = new ArrayList<>();
    for (Map<String, ?> row : rows) {
      prepared.add(prepare(evaluator, row));
    }
    return row -> {
      Map<String, ?> results = evaluator.evaluate(prepared.get(row));
      Object answer = EvaluatorUtil.decode(results.get(target));
      if (answer == null) {
        return Double.NaN; // it has no answer for some missing values
      }
      return answer instanceof Number number
          ? number.doubleValue()
          : Double.parseDouble(answer.toString());
    };
  }

  private static Map<String, FieldValue> prepare(ModelEvaluator<?> evaluator, Map<String, ?> row) {
    Map<String, FieldValue> values = new LinkedHashMap<>();
    for (InputField field : evaluator.getInputFields()) {
      values.put(field.getName(), field.prepare(row.get(field.getName())));
    }
    return values;
  }
}
