package io.kindling.ml.spark.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.TopK;
import io.kindling.ml.spark.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SparkFactorsIT {

  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final FactorStore STORE = FactorStore.of(REDIS);
  private static final SparkSession SPARK = LocalSpark.session();
  private static ALSModel model;

  @BeforeAll
  static void fit() {
    Random random = new Random(5);
    List<Row> ratings = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      ratings.add(
          RowFactory.create(random.nextInt(60) - 5, random.nextInt(40), 1f + random.nextInt(5)));
    }
    model =
        new ALS()
            .setRank(4)
            .setMaxIter(2)
            .setSeed(1)
            .fit(
                SPARK.createDataFrame(
                    ratings,
                    new StructType()
                        .add("user", DataTypes.IntegerType)
                        .add("item", DataTypes.IntegerType)
                        .add("rating", DataTypes.FloatType)));
  }

  @AfterAll
  static void close() {
    REDIS.close();
  }

  private static List<String> rows(Dataset<Row> factors) {
    return factors.select("id", "features").orderBy("id").toJSON().collectAsList();
  }

  @Test
  void publish_als_isReadBackToTheBitAndRecommendsAsSparkDoes() {
    String name = TestRedis.prefix() + "als";

    assertThat(SparkFactors.publish(model, REDIS, name)).isEqualTo("v1");

    FactorTable table = STORE.open(name);
    Dataset<Row> users = SparkFactors.toDataFrame(SPARK, table, FactorKind.USER);
    Dataset<Row> items = SparkFactors.toDataFrame(SPARK, table, FactorKind.ITEM);
    assertThat(rows(users)).hasSizeGreaterThan(50).isEqualTo(rows(model.userFactors()));
    assertThat(rows(items)).isEqualTo(rows(model.itemFactors()));
    assertThat(items.schema().simpleString())
        .isEqualTo("struct<id:int,features:array<float>,bias:float,count:int>");
    TopK top = TopK.of(table);
    for (Row row : model.recommendForAllUsers(5).collectAsList()) {
      List<Row> expected = row.getList(1);
      List<TopK.Scored> answer = top.forUser(row.getInt(0), 5, List.of());
      for (int i = 0; i < 5; i++) {
        assertThat(answer.get(i).score()).isCloseTo(expected.get(i).getFloat(1), within(1e-5));
      }
    }
  }

  @Test
  void publish_settingsOfAnotherRank_isRefused() {
    String name = TestRedis.prefix() + "rank";

    assertThatThrownBy(
            () ->
                SparkFactors.publish(model, REDIS, name, FactorSettings.builder().rank(5).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot store an ALS of rank 4 with settings of rank 5");
    assertThat(STORE.versions(name)).isEmpty();
  }
}
