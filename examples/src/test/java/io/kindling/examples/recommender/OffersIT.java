package io.kindling.examples.recommender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStaging;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.Factors;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is served stands in Redis, and counting it again changes nothing. */
class OffersIT {

  private static final long DAY = 24 * 3_600;

  private final String name = TestRedis.prefix() + "films";
  private final Redis redis = Redis.connect(TestRedis.shared().config());
  private final RedisPopularity popularity = new RedisPopularity(redis, name, 2.0 * DAY);
  private final SeenItems seen = new SeenItems(redis, name);

  @AfterEach
  void close() {
    redis.close();
  }

  @Test
  void popularity_sameAsInMemory_alsoWhenABatchComesAgain() {
    List<FactorEvent> first = List.of(event(1, 10, 0), event(2, 10, 0), event(1, 11, DAY));
    List<FactorEvent> second = List.of(event(1, 11, 4 * DAY), event(3, 12, 5 * DAY));
    DecayedPopularity expected = new DecayedPopularity(2.0 * DAY);
    for (FactorEvent event : List.of(first, second).stream().flatMap(List::stream).toList()) {
      expected.learn(event, event.item() - 10);
    }

    popularity.count(0, first);
    popularity.count(1, second);
    popularity.count(1, second);

    Map<Integer, Double> counted = popularity.at(6 * DAY);
    assertThat(counted).containsOnlyKeys(10, 11, 12);
    counted.forEach(
        (item, count) ->
            assertThat(count).isEqualTo(expected.scores(9, 6 * DAY).of(item - 10), within(1e-12)));
  }

  /** 5,000 half-lives: 2 to that power is no double. */
  @Test
  void popularity_afterVeryLong_staysFinite() {
    popularity.count(0, List.of(event(1, 10, 0)));
    popularity.count(1, List.of(event(1, 10, 9_998 * DAY)));
    popularity.count(2, List.of(event(2, 10, 10_000 * DAY)));

    assertThat(popularity.at(10_000 * DAY).get(10)).isEqualTo(1.5, within(1e-9));
  }

  @Test
  void popularity_nothingCounted_isEmpty() {
    assertThat(popularity.at(0)).isEmpty();
  }

  @Test
  void seen_addedTwice_isThereOnce() {
    List<FactorEvent> events = List.of(event(1, 10, 0), event(1, 11, 0), event(2, 10, 0));

    seen.add(events);
    seen.add(events);

    assertThat(seen.of(List.of(1, 2, 3)))
        .isEqualTo(Map.of(1, Set.of(10, 11), 2, Set.of(10), 3, Set.of()));
  }

  @Test
  void offers_knownAndUnknownUsers_areOfferedWhatTheyHaveNotHad() {
    FactorStore store = FactorStore.of(redis);
    FactorSettings settings =
        FactorSettings.builder().rank(2).meanPolicy(FactorSettings.MeanPolicy.ZERO).build();
    FactorStaging staging = store.stage(name, settings);
    staging.table().fill(FactorKind.USER, Map.of(1, new Factors(new float[] {1, 0}, 0, 3)));
    staging
        .table()
        .fill(
            FactorKind.ITEM,
            Map.of(
                10, new Factors(new float[] {0.1f, 1}, 0, 3),
                11, new Factors(new float[] {0.9f, 0}, 0, 3),
                12, new Factors(new float[] {0.5f, 0}, 0, 3)));
    store.promote(name, staging.complete().version());
    popularity.count(0, List.of(event(8, 12, 0), event(8, 10, 0), event(9, 10, 0)));
    seen.add(List.of(event(1, 11, 0)));
    Offers offers = new Offers(redis, name, popularity, seen, new Blending(10, 1, 1));

    Map<Integer, Offers.Offer> offered = offers.of(Set.of(1, 77), 2, 0);

    assertThat(offered.get(1))
        .isEqualTo(new Offers.Offer(List.of(10, 12), List.of(12, 10), List.of(12, 10)));
    assertThat(offered.get(77))
        .isEqualTo(new Offers.Offer(List.of(10, 12), List.of(10, 12), List.of(10, 12)));
  }

  private static FactorEvent event(int user, int item, long time) {
    return new FactorEvent(user, item, 5, time, time);
  }
}
