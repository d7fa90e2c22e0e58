package io.kindling.examples.preview;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Profiles of people, made up and always the same: denormalised, with a struct and arrays, some of
 * it null.
 */
final class Profiles {
  /** A predicate on them, as it stands inside of a JSON string. */
  static final String EXAMPLE =
      "age between 30 and 40 and address.city = \\\"Oslo\\\" and exists(events, e -> e.type = \\\"purchase\\\")";

  private Profiles() {}

  static Dataset<Row> generate(SparkSession spark, long rows) {
    return spark
        .range(0, rows, 1, spark.sparkContext().defaultParallelism() * 4)
        .selectExpr(
            "id",
            "cast(18 + (" + share(1) + " + " + share(2) + ") * 36 as int) age",
            pick(3, "free", "free", "free", "basic", "basic", "premium") + " plan",
            "named_struct("
                + "'city', "
                + pick(
                    4, "Oslo", "Bergen", "Malmö", "København", "Reykjavík", "Helsinki", "Tórshavn")
                + ", 'postcode', if("
                + share(5)
                + " < 0.1, null, lpad(cast(cast("
                + share(6)
                + " * 10000 as int) as string), 4, '0'))) address",
            "date_add(date '2015-01-01', cast(" + share(7) + " * 3650 as int)) signed_up",
            "cast(" + share(8) + " * " + share(9) + " * 5000 as decimal(10, 2)) balance",
            share(10) + " * " + share(10) + " churn_risk",
            share(11) + " < 0.8 newsletter",
            "slice(array("
                + pick(12, "music", "film", "books")
                + ", "
                + pick(13, "sport", "travel", "food")
                + ", "
                + pick(14, "games", "garden", "art")
                + "), 1, cast("
                + share(15)
                + " * 4 as int)) interests",
            "transform(sequence(1, 1 + cast("
                + share(16)
                + " * 3 as int)), i -> named_struct('type', element_at(array('visit', 'visit', 'search',"
                + " 'purchase'), 1 + cast(pmod(xxhash64(id, i, 17), 4) as int)), 'amount',"
                + " round(pmod(xxhash64(id, i, 18), 100000) / 100, 2))) events");
  }

  /** A number from 0 to 1 that follows from the id: another one for each purpose. */
  private static String share(int purpose) {
    return "(pmod(xxhash64(id, " + purpose + "), 1000003) / 1000003)";
  }

  private static String pick(int purpose, String... values) {
    return "element_at(array('"
        + String.join("', '", values)
        + "'), 1 + cast(pmod(xxhash64(id, "
        + purpose
        + "), "
        + values.length
        + ") as int))";
  }
}
