package io.kindling.ml.spark.factor;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.factor.FactorEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventBlockTest {

  private static EventBlock block(FactorEvent... events) {
    return EventBlock.of(List.of(events), Refusal.counts());
  }

  private static List<FactorEvent> events(EventBlock block) {
    List<FactorEvent> events = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      events.add(block.event(i));
    }
    return events;
  }

  @Test
  void merged_sameEventsHoweverTheyCome_areInOneOrder() {
    long seed = System.nanoTime();
    System.out.println("EventBlockTest seed " + seed);
    Random random = new Random(seed);
    List<FactorEvent> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(
          new FactorEvent(
              random.nextInt(5), random.nextInt(5), random.nextInt(5), random.nextInt(9), 0));
    }
    EventBlock first = EventBlock.merged(List.of(block(all.toArray(FactorEvent[]::new))));

    Collections.shuffle(all, random);
    EventBlock second =
        EventBlock.merged(
            List.of(
                block(all.subList(0, 123).toArray(FactorEvent[]::new)),
                block(),
                block(all.subList(123, 500).toArray(FactorEvent[]::new))));

    assertThat(events(second)).as("seed %d", seed).isEqualTo(events(first));
    assertThat(second.refused()[Refusal.DUPLICATE.index()]).isEqualTo(500 - second.size());
    assertThat(second.ratingSum()).isEqualTo(first.ratingSum());
  }

  @Test
  void merged_sameUserItemAndTime_theFirstPositionStays() {
    FactorEvent early = new FactorEvent(1, 2, 5, 100, 7);
    FactorEvent late = new FactorEvent(1, 2, 3, 100, 8);
    FactorEvent other = new FactorEvent(1, 2, 3, 101, 0);

    EventBlock merged = EventBlock.merged(List.of(block(late, other, early)));

    assertThat(events(merged)).containsExactly(early, other);
    assertThat(merged.newest()).isEqualTo(101);
    assertThat(merged.ratingSum()).isEqualTo(8);
  }

  @Test
  void shuffled_sameNames_isOnePermutation() {
    int[] order = EventBlock.shuffled(1_000, 3, 4, 5);

    assertThat(order).isEqualTo(EventBlock.shuffled(1_000, 3, 4, 5));
    assertThat(order).isNotEqualTo(EventBlock.shuffled(1_000, 3, 5, 4));
    assertThat(order.clone()).isNotEqualTo(IntStream.range(0, 1_000).toArray());
    assertThat(Arrays.stream(order).sorted().toArray())
        .isEqualTo(IntStream.range(0, 1_000).toArray());
  }

  @Test
  void counted_block_keepsItsNumbersAlone() {
    EventBlock counted = block(new FactorEvent(1, 2, 5, 100, 7)).counted();

    assertThat(counted.size()).isEqualTo(1);
    assertThat(counted.users()).isEmpty();
  }
}
