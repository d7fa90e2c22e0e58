package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.CharBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldTextTest {

  private static final List<Column> FIELDS =
      List.of(
          Column.of("flag", Column.Type.BOOLEAN),
          Column.of("count", Column.Type.INTEGER),
          Column.of("ratio", Column.Type.FLOAT),
          Column.of("sum", Column.Type.DOUBLE),
          Column.of("name", Column.Type.TEXT),
          Column.vector("dense", 3),
          Column.vector("sparse", 9),
          Column.of("words", Column.Type.TEXTS),
          Column.of("none", Column.Type.TEXT));

  private static Map<String, @Nullable Object> row() {
    Map<String, @Nullable Object> row = new HashMap<>();
    row.put("flag", true);
    row.put("count", Long.MAX_VALUE);
    row.put("ratio", (double) 0.1f);
    row.put("sum", Double.NaN);
    row.put("name", "\\N \"quoted\" ä");
    row.put("dense", FeatureVector.dense(-0.0, 0.0, Double.NEGATIVE_INFINITY));
    row.put("sparse", FeatureVector.sparse(new int[] {0, 7}, new double[] {1e-300, Double.NaN}));
    row.put("words", List.of("a", ""));
    row.put("none", null);
    return row;
  }

  @Test
  void fromJson_ofToJson_isTheSameRow() {
    String text = FieldText.toJson(FIELDS, row()).toString();

    JsonObject read = JsonParser.parseString(text).getAsJsonObject();

    assertThat(FieldText.fromJson(FIELDS, read)).isEqualTo(row());
  }

  @Test
  void canonical_otherClassesOfTheSameValues_isTheSameRow() {
    Map<String, @Nullable Object> other = new HashMap<>(row());
    other.put("ratio", 0.1);
    other.put("name", CharBuffer.wrap("\\N \"quoted\" ä"));
    other.put("dense", new double[] {-0.0, 0.0, Double.NEGATIVE_INFINITY});
    other.put("words", new String[] {"a", ""});
    other.put("ignored", 3);

    assertThat(FieldText.canonical(FIELDS, other)).isEqualTo(row());
  }

  @Test
  void parse_textOfAVector_readsBackTheSame() {
    for (FeatureVector row :
        List.of(
            FeatureVector.sparse(new int[0], new double[0]),
            FeatureVector.sparse(new int[] {3}, new double[] {Double.POSITIVE_INFINITY}),
            FeatureVector.sparse(new int[] {0, 9}, new double[] {-0.0, 1 / 3.0}))) {
      assertThat(FeatureVector.parse(row.toText())).isEqualTo(row);
    }
    for (String bad : List.of("1", "1:x", "x:1", "2:1,1:1", ",")) {
      assertThatThrownBy(() -> FeatureVector.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
