package io.kindling.examples.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class PaymentsTest {

  private static final int NUMBER = 50_000;

  private final Payments payments = new Payments(1, 20_000, 40_000);

  @Test
  void payment_sameNumber_isTheSame() {
    Payments again = new Payments(1, 20_000, 40_000);

    for (long id = -500; id < 500; id++) {
      assertThat(again.payment(id)).isEqualTo(payments.payment(id));
    }
    assertThat(new Payments(2, 20_000, 40_000).payment(7)).isNotEqualTo(payments.payment(7));
  }

  @Test
  void payments_many_holdAFewFrauds() {
    long frauds = LongStream.range(0, NUMBER).filter(id -> isFraud(payments.payment(id))).count();

    assertThat(frauds).isBetween(NUMBER / 50L, NUMBER / 30L);
  }

  @Test
  void frauds_ofABlock_areAFewPaymentsOfTwoCards() {
    for (long block = -4; block < 40; block++) {
      Set<Integer> cards = new HashSet<>();
      for (long id = block * 500; id < (block + 1) * 500; id++) {
        Row payment = payments.payment(id);
        if (isFraud(payment)) {
          cards.add(payment.getInt(2));
        }
      }
      assertThat(cards).as("block %s", block).hasSizeBetween(1, 2);
    }
  }

  @Test
  void frauds_afterADrift_areOfAnotherKind() {
    assertThat(categoriesOfFraud(0, 20_000)).containsOnly("electronics", "clothes");
    assertThat(categoriesOfFraud(20_000, 40_000)).contains("online");
    assertThat(categoriesOfFraud(40_000, 50_000)).contains("gift cards", "transfer");
  }

  private Set<String> categoriesOfFraud(long from, long to) {
    Set<String> categories = new HashSet<>();
    for (long id = from; id < to; id++) {
      Row payment = payments.payment(id);
      if (isFraud(payment)) {
        categories.add(payment.getString(4));
      }
    }
    return categories;
  }

  private static boolean isFraud(Row payment) {
    return payment.getDouble(7) == 1;
  }
}
