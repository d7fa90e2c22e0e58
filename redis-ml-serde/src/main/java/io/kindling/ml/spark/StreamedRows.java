package io.kindling.ml.spark;

import io.kindling.ml.FeatureVector;
import io.kindling.ml.Prediction;
import io.kindling.ml.VersionedModel;
import io.kindling.ml.step.RowSkippedException;
import java.io.Serializable;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.Function;
import scala.Tuple2;

/** How the rows of a DStream are asked. Travels in closures and checkpoints. */
interface StreamedRows<T> extends Serializable {

  /** What the model says to a row. */
  Prediction ask(VersionedModel model, T row) throws Exception;

  /** The row and its answer; nothing if Spark leaves such a row out. */
  default Iterator<Tuple2<T, Prediction>> answer(VersionedModel model, T row) throws Exception {
    try {
      return List.of(new Tuple2<>(row, ask(model, row))).iterator();
    } catch (RowSkippedException e) {
      return Collections.emptyIterator();
    }
  }

  /** As fields. */
  final class OfFields<T> implements StreamedRows<T> {
    private static final long serialVersionUID = 1;

    private final Function<T, Map<String, Object>> fields;

    OfFields(Function<T, Map<String, Object>> fields) {
      this.fields = fields;
    }

    @Override
    public Prediction ask(VersionedModel model, T row) throws Exception {
      return model.predict(fields.call(row));
    }
  }

  /** As one vector. */
  final class OfVector<T> implements StreamedRows<T> {
    private static final long serialVersionUID = 1;

    private final Function<T, FeatureVector> vector;

    OfVector(Function<T, FeatureVector> vector) {
      this.vector = vector;
    }

    @Override
    public Prediction ask(VersionedModel model, T row) throws Exception {
      return model.predict(vector.call(row));
    }
  }
}
