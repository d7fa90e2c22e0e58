package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.ModelNotFoundException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TopKIT {

  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final FactorStore STORE = FactorStore.of(REDIS);
  private static final String PREFIX = TestRedis.prefix();

  @AfterAll
  static void close() {
    REDIS.close();
  }

  private static FactorTable films(String name, float scale) {
    FactorStaging staging = STORE.stage(name, TestSettings.of(2, 1)).ratings(30, 10);
    staging
        .table()
        .fill(
            FactorKind.ITEM,
            Map.of(
                1, new Factors(new float[] {1, 0}, 0.25f, 0),
                2, new Factors(new float[] {0, 1}),
                3, new Factors(new float[] {scale, scale}),
                4, new Factors(new float[] {1, 0}, 0.25f, 0)));
    staging
        .table()
        .fill(FactorKind.USER, Map.of(42, new Factors(new float[] {2, 0.5f}, 0.125f, 0)));
    FactorTable table = staging.complete();
    STORE.promote(name, table.version());
    return table;
  }

  @Test
  void forUser_knownUser_givesTheBestUnseenWithTheirWholeScore() {
    String name = PREFIX + "films";
    films(name, 1);
    TopK top = TopK.of(STORE, name);

    assertThat(top.numItems()).isEqualTo(4);
    assertThat(top.forUser(42, 3, List.of()))
        .containsExactly(
            new TopK.Scored(3, 3 + 0.125 + 2.5),
            new TopK.Scored(1, 3 + 0.125 + 2.25),
            new TopK.Scored(4, 3 + 0.125 + 2.25));
    assertThat(top.forUser(42, 10, Set.of(3, 1)))
        .extracting(TopK.Scored::item)
        .containsExactly(4, 2);
    // Of somebody unknown the biases decide: the vector that the seed gives is short.
    assertThat(top.forUser(7, 1, List.of())).extracting(TopK.Scored::item).containsExactly(1);
    assertThat(top.forUsers(List.of(42, 7), 1, List.of(Set.of(3), Set.of())))
        .containsExactly(top.forUser(42, 1, Set.of(3)), top.forUser(7, 1, Set.of()));
  }

  @Test
  void refresh_anotherVersionLive_followsItAndAPinnedOneStays() {
    String name = PREFIX + "followed";
    FactorTable first = films(name, 1);
    TopK following = TopK.of(STORE, name);
    TopK pinned = TopK.of(first);
    films(name, -1);

    assertThat(following.version()).isEqualTo("v1");
    following.refresh();
    pinned.refresh();

    assertThat(following.version()).isEqualTo("v2");
    assertThat(following.forUser(42, 4, List.of()).get(3).item()).isEqualTo(3);
    assertThat(pinned.forUser(42, 1, List.of()).get(0).item()).isEqualTo(3);
    films(name, 1);
    STORE.prune(name);
    assertThatThrownBy(pinned::refresh).isInstanceOf(ModelNotFoundException.class);
    assertThat(pinned.numItems()).isEqualTo(4);
  }

  @Test
  void forUser_batchLearnedMeanwhile_countsWithoutARefresh() {
    String name = PREFIX + "fresh";
    FactorTable table = films(name, 1);
    TopK top = TopK.of(table);
    FactorProgress before = table.progress();
    FactorBlock user = table.pull(FactorKind.USER, new int[] {42}, 1, before);
    user.of(42).vector[1] = 100;
    table.push(user, 1);

    assertThat(top.forUser(42, 2, Set.of(3))).extracting(TopK.Scored::item).containsExactly(2, 1);
  }

  @Test
  void ask_whatCannotBe_isRefused() {
    TopK top = TopK.of(films(PREFIX + "refused", 1));

    assertThatThrownBy(() -> top.forUser(42, 0, List.of()))
        .hasMessage("Cannot recommend 0 items, allowed is 1 or more");
    assertThatThrownBy(() -> top.forVector(new Factors(new float[3]), 1, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("the user's vector has 3 numbers, the items' have 2");
    assertThatThrownBy(() -> top.forUsers(List.of(1, 2), 1, List.of(Set.of())))
        .hasMessage("Cannot recommend to 2 users with what 1 of them have seen");
  }
}
