package io.kindling.ml.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.ml.Pipeline;
import java.util.Map;
import org.apache.spark.ml.feature.StringIndexerModel;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels of a column of whole numbers are kept as doubles, which hold not all of them. */
class StringIndexerConverterTest {
  private static final StructType IDS = new StructType().add("id", DataTypes.LongType);

  private static Pipeline indexer(long label) {
    return SparkModels.pipeline(
        new StringIndexerModel("indexer", new String[] {"7", String.valueOf(label)})
            .setInputCol("id")
            .setOutputCol("index"),
        IDS);
  }

  @ParameterizedTest
  @ValueSource(longs = {9_007_199_254_740_991L, -9_007_199_254_740_991L})
  void pipeline_largestLabelsThatNoOtherNumberRoundsTo_areKnown(long label) {
    assertThat(indexer(label).evaluator().transform(Map.of("id", label)))
        .containsEntry("index", 1.0);
  }

  @ParameterizedTest
  @ValueSource(longs = {9_007_199_254_740_992L, -9_007_199_254_740_992L, Long.MIN_VALUE})
  void pipeline_labelsThatAnotherNumberRoundsTo_areRefused(long label) {
    assertThatThrownBy(() -> indexer(label))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + label + "'")
        .hasMessageContaining("'id'");
  }
}
