package io.kindling.dispatch.predicate;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** Draws rows of {@link RandomPredicates#SCHEMA}: nulls everywhere, few distinct values, edges. */
public final class RandomRows {
  private static final List<String> WORDS =
      List.of(
          "",
          "a",
          "ab",
          "abc",
          "Ab",
          "x",
          "é",
          "日本",
          "😀",
          "a%b",
          "a_b",
          "it's",
          "\\",
          "1",
          "2.5",
          "2020-01-02",
          "${env:PATH}",
          " a ");
  private static final List<Double> DOUBLES =
      List.of(0.0, -0.0, 1.0, 1.5, -2.0, 10.0, Double.NaN, Double.POSITIVE_INFINITY, 1e-3, 3.0);

  private final Random random;

  /** A generator of its own, for one test. */
  public RandomRows(long seed) {
    this.random = new Random(seed);
  }

  /** A number of rows with ids from 0. */
  public List<Row> take(int count) {
    var rows = new ArrayList<Row>();
    for (int id = 0; id < count; id++) {
      rows.add(row(id));
    }
    return rows;
  }

  private Row row(int id) {
    return RowFactory.create(
        id,
        or(() -> random.nextInt(9) - 4),
        or(() -> random.nextInt(20) == 0 ? Long.MAX_VALUE : (long) random.nextInt(6)),
        or(() -> (short) random.nextInt(9)),
        or(() -> (byte) (random.nextInt(256) - 128)),
        or(() -> pick(DOUBLES).floatValue()),
        or(() -> pick(DOUBLES)),
        or(() -> BigDecimal.valueOf(random.nextInt(700) - 100, 2)),
        or(() -> BigDecimal.valueOf(random.nextInt(9) - 4, random.nextInt(2))),
        or(() -> pick(WORDS)),
        or(() -> pick(WORDS)),
        or(random::nextBoolean),
        or(() -> LocalDate.of(2020, 1, 1).plusDays(random.nextInt(5) - 2)),
        or(() -> Instant.parse("2020-01-02T03:04:05Z").plusSeconds(3600L * random.nextInt(48))),
        or(() -> LocalDateTime.of(2020, 1, 2, random.nextInt(24), 0)),
        or(
            () ->
                RowFactory.create(
                    or(() -> random.nextInt(4)),
                    or(() -> pick(WORDS)),
                    or(() -> RowFactory.create(or(() -> pick(DOUBLES)))))),
        or(() -> list(() -> or(() -> pick(WORDS)))),
        or(() -> list(() -> or(() -> random.nextInt(4)))),
        or(() -> list(() -> or(this::event))),
        or(this::map),
        or(() -> random.nextInt(4)),
        or(() -> random.nextInt(4)),
        or(() -> pick(WORDS)));
  }

  private Row event() {
    return RowFactory.create(
        or(() -> pick(WORDS)),
        or(() -> random.nextInt(6)),
        or(() -> list(() -> or(() -> pick(WORDS)))));
  }

  private Map<String, @Nullable Integer> map() {
    var map = new HashMap<String, @Nullable Integer>();
    for (int i = random.nextInt(3); i > 0; i--) {
      map.put("k" + i, or(() -> random.nextInt(4)));
    }
    return map;
  }

  private <T> List<T> list(Supplier<T> element) {
    var list = new ArrayList<T>();
    for (int n = random.nextInt(4); n > 0; n--) {
      list.add(element.get());
    }
    return list;
  }

  private <T> @Nullable T or(Supplier<T> value) {
    return random.nextInt(7) == 0 ? null : value.get();
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
