package io.kindling.ml.step;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the indices that Spark's documentation of FeatureHasher prints. */
class Murmur3Test {

  /** Those of its user guide, since Spark 3. */
  @ParameterizedTest
  @CsvSource({"real, 174475", "bool=true, 247670", "stringNum=1, 262126", "string=foo, 257907"})
  void index_standard_equalsSpark3(String text, int index) {
    assertThat(Murmur3.STANDARD.index(text, 1 << 18)).isEqualTo(index);
  }

  /** Those of its API documentation of Spark 2.3. */
  @ParameterizedTest
  @CsvSource({"real, 174475", "bool=true, 253195", "stringNum=1, 51871", "string=foo, 63643"})
  void index_spark2_equalsSpark2(String text, int index) {
    assertThat(Murmur3.SPARK_2.index(text, 1 << 18)).isEqualTo(index);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 142593372, 142593372",
    "a, -1293573533, 1485273170",
    "ab, -684913081, -97053317",
    "é, 1023967903, 2119106806",
    "kindling, -1715236354, -1715236354"
  })
  void hash_ofLastBytes(String text, int standard, int spark2) {
    assertThat(Murmur3.STANDARD.hash(text)).isEqualTo(standard);
    assertThat(Murmur3.SPARK_2.hash(text)).isEqualTo(spark2);
  }
}
