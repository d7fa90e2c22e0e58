package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kindling.ml.spark.LocalSpark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** What is folded in for a user that Spark's ALS was trained with is the vector that ALS has. */
class UserFoldInIT {

  private static final int RANK = 6;
  private static final double REGULARIZATION = 0.1;
  private static final double ALPHA = 1.5;
  private static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.IntegerType)
          .add("item", DataTypes.IntegerType)
          .add("rating", DataTypes.FloatType);

  private final List<FactorEvent> events = RandomEvents.of(99, 600, 40, 50);

  @Test
  void explicit_usersOfATrainedModel_haveAlsVectors() {
    ALSModel model = als().fit(frame(events));

    assertEqualToAls(UserFoldIn.explicit(RANK, REGULARIZATION), model, events);
  }

  /** Also signs against an item, which count in ALS but are no preference. */
  @Test
  void implicit_usersOfATrainedModel_haveAlsVectors() {
    List<FactorEvent> signs = new ArrayList<>();
    for (FactorEvent event : events) {
      signs.add(
          new FactorEvent(
              event.user(), event.item(), event.rating() - 2, event.time(), event.position()));
    }
    ALSModel model = als().setImplicitPrefs(true).setAlpha(ALPHA).fit(frame(signs));

    UserFoldIn foldIn =
        UserFoldIn.implicit(RANK, REGULARIZATION, ALPHA, byId(model.itemFactors()).values());
    assertEqualToAls(foldIn, model, signs);
  }

  private static ALS als() {
    return new ALS()
        .setRank(RANK)
        .setMaxIter(4)
        .setRegParam(REGULARIZATION)
        .setSeed(3)
        .setNumBlocks(2);
  }

  private static Dataset<Row> frame(List<FactorEvent> events) {
    List<Row> rows = new ArrayList<>();
    events.forEach(
        event -> rows.add(RowFactory.create(event.user(), event.item(), event.rating())));
    return LocalSpark.session().createDataFrame(rows, SCHEMA);
  }

  private static void assertEqualToAls(
      UserFoldIn foldIn, ALSModel model, List<FactorEvent> events) {
    Map<Integer, Factors> items = byId(model.itemFactors());
    byId(model.userFactors())
        .forEach(
            (user, expected) -> {
              List<FactorEvent> own =
                  events.stream().filter(event -> event.user() == user).toList();
              float[] ratings = new float[own.size()];
              for (int i = 0; i < ratings.length; i++) {
                ratings[i] = own.get(i).rating();
              }

              Factors folded =
                  foldIn.fold(own.stream().map(event -> items.get(event.item())).toList(), ratings);

              for (int i = 0; i < RANK; i++) {
                assertThat(folded.vector[i])
                    .as("user " + user + ", number " + i)
                    .isCloseTo(expected.vector[i], within(1e-5f));
              }
            });
  }

  private static Map<Integer, Factors> byId(Dataset<Row> factors) {
    Map<Integer, Factors> byId = new HashMap<>();
    for (Row row : factors.collectAsList()) {
      List<Float> numbers = row.getList(1);
      float[] vector = new float[numbers.size()];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = numbers.get(i);
      }
      byId.put(row.getInt(0), new Factors(vector));
    }
    return byId;
  }
}
