package io.kindling.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateGate;
import io.kindling.dispatch.queue.Lease;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class CountBatchTest {
  private static final PredicateGate GATE =
      PredicateGate.builder(new StructType().add("age", DataTypes.IntegerType)).build();
  private static final Predicate YOUNG = GATE.check("age < 18");
  private static final Predicate OLD = GATE.check("age > 65");

  private final Lease first = lease("first", 1);
  private final Lease second = lease("second", 2);
  private final Lease third = lease("third", 3);

  private static Lease lease(String id, long token) {
    return new Lease(id, "web", token, "count", "{}", Instant.EPOCH, Instant.MAX, 0, 0);
  }

  private static CountBatch of(Lease... leases) {
    return new CountBatch(
        "people",
        List.of(leases).stream().map(lease -> new CountBatch.Asked(lease, "age < 18")).toList());
  }

  @Test
  void answer_twoWhoAskedTheSame_isForBoth() {
    CountBatch batch = of(first, second, third);
    batch.await(first, YOUNG);
    batch.await(second, GATE.check("18 > AGE"));
    batch.await(third, OLD);

    assertThat(batch.predicates()).containsExactly(YOUNG, OLD);
    assertThat(batch.answer(YOUNG)).containsExactly(first, second);
    assertThat(batch.end()).containsExactly(third);
  }

  @Test
  void leave_oneOfTwo_theOtherIsAnswered() {
    CountBatch batch = of(first, second);
    batch.await(first, YOUNG);
    batch.await(second, YOUNG);

    assertThat(batch.leave(first)).isTrue();
    assertThat(batch.leave(first)).isFalse();

    assertThat(batch.isAbandoned()).isFalse();
    assertThat(batch.answer(YOUNG)).containsExactly(second);
  }

  @Test
  void leave_beforeItsPredicateIsRead_isNotCounted() {
    CountBatch batch = of(first, second);
    batch.leave(first);
    batch.await(first, YOUNG);
    batch.await(second, OLD);

    assertThat(batch.predicates()).containsExactly(OLD);
    assertThat(batch.end()).containsExactly(second);
  }

  @Test
  void leave_theLast_abandonsTheBatch() {
    CountBatch batch = of(first);
    batch.await(first, YOUNG);

    batch.leave(first);

    assertThat(batch.isAbandoned()).isTrue();
    assertThat(batch.end()).isEmpty();
  }

  @Test
  void join_theSameOnTheSameVersion_isAnsweredWithIt() {
    CountBatch batch = of(first);
    batch.on("people@1");
    batch.await(first, YOUNG);

    assertThat(batch.join(second, "people@2", YOUNG)).isFalse();
    assertThat(batch.join(second, "people@1", OLD)).isFalse();
    assertThat(batch.join(second, "people@1", GATE.check("not (age >= 18)"))).isFalse();
    assertThat(batch.join(second, "people@1", GATE.check("(AGE) < 18"))).isTrue();

    assertThat(batch.leave(first)).isTrue();
    assertThat(batch.isAbandoned()).isFalse();
    assertThat(batch.answer(YOUNG)).containsExactly(second);
  }

  @Test
  void join_afterItsAnswer_comesTooLate() {
    CountBatch batch = of(first, third);
    batch.on("people@1");
    batch.await(first, YOUNG);
    batch.await(third, OLD);
    batch.answer(YOUNG);

    assertThat(batch.join(second, "people@1", YOUNG)).isFalse();
    batch.leave(third);
    assertThat(batch.join(second, "people@1", OLD)).as("a batch that is given up").isFalse();
  }

  @Test
  void end_neverRead_namesAllWhoHaveNoAnswer() {
    CountBatch batch = of(first, second);
    batch.await(first, YOUNG);

    assertThat(batch.end()).containsExactly(first, second);
    assertThat(batch.end()).isEmpty();
  }
}
