package io.kindling.examples.fraud;

import java.io.Serializable;
import java.util.Random;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Card payments from a generator: the payment of a number is the same whenever it is drawn, so a
 * stream that is replayed has the same payments.
 *
 * <p>A payment comes every four seconds, from one of 2,000 cards. Each has its home, its usual
 * amount and its balance; 5 % of the honest payments are abroad, 4 % small and online, 2 % large
 * gift cards or transfers, so no fraud is told by one field alone. Two incidents in 500 payments
 * are fraud, of five to seven payments with one card: about 2.4 % of all. What they are like
 * changes at two numbers; of ten incidents one stays as it was at first.
 */
final class Payments implements Serializable {

  private static final long serialVersionUID = 1;

  static final int CARDS = 2_000;
  static final int SECONDS_APART = 4;

  /** The truth, which a payment carries for the tally; no model reads it. */
  static final String LABEL = "label";

  static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.LongType)
          .add("time", DataTypes.LongType)
          .add("card", DataTypes.IntegerType)
          .add("amount", DataTypes.DoubleType)
          .add("category", DataTypes.StringType)
          .add("country", DataTypes.StringType)
          .add("hour", DataTypes.DoubleType)
          .add(LABEL, DataTypes.DoubleType);

  private static final String[] COUNTRIES = {"DE", "FR", "ES", "IT", "NL"};
  private static final String[] CATEGORIES = {
    "groceries", "fuel", "restaurant", "clothes", "electronics", "online", "gift cards", "transfer"
  };

  /** How often each category is paid for, in percent. */
  private static final int[] SHARES = {30, 12, 20, 12, 8, 14, 2, 2};

  private static final int BLOCK = 500;
  private static final int INCIDENTS = 2;
  private static final int INCIDENT_SPAN = 100;

  private final long seed;
  private final long firstDrift;
  private final long secondDrift;

  /** A generator whose fraud changes with two payments. */
  Payments(long seed, long firstDrift, long secondDrift) {
    this.seed = seed;
    this.firstDrift = firstDrift;
    this.secondDrift = secondDrift;
  }

  /** The payments of some numbers, which may be a stream. */
  Dataset<Row> of(Dataset<Long> ids) {
    return ids.map((MapFunction<Long, Row>) this::payment, Encoders.row(SCHEMA));
  }

  /** The fraud that prevails from one drift to the next. */
  Pattern prevailing(long id) {
    return id < firstDrift ? Pattern.ABROAD : id < secondDrift ? Pattern.TESTING : Pattern.TAKEOVER;
  }

  /** What a bank knows of a card. */
  record Card(String home, double usualAmount, double balance) {}

  Card card(int card) {
    Random random = random(card, 3);
    double usual = Math.exp(3.2 + 0.5 * random.nextGaussian());
    return new Card(
        COUNTRIES[random.nextInt(COUNTRIES.length)],
        cents(usual),
        cents(usual * (20 + random.nextInt(60))));
  }

  Row payment(long id) {
    Random random = random(id, 1);
    Random incident = incidentOf(id);
    int card = incident == null ? random.nextInt(CARDS) : incident.nextInt(CARDS);
    Card profile = card(card);
    Drawn drawn =
        incident == null
            ? honest(profile, random)
            : fraud(patternOf(id, incident), profile, random);
    long time = id * SECONDS_APART;
    return RowFactory.create(
        id,
        time,
        card,
        cents(Math.max(0.5, drawn.amount)),
        drawn.category,
        drawn.country,
        (double) Math.floorMod(time / 3_600, 24),
        incident == null ? 0.0 : 1.0);
  }

  private record Drawn(double amount, String category, String country) {}

  /** What an incident draws from, the same for all its payments; null for an honest payment. */
  private @Nullable Random incidentOf(long id) {
    long block = Math.floorDiv(id, BLOCK);
    int position = Math.floorMod(id, BLOCK);
    for (int i = 0; i < INCIDENTS; i++) {
      Random random = random(block, 10 + i);
      int start = random.nextInt(BLOCK - INCIDENT_SPAN);
      int payments = 5 + random.nextInt(3);
      int apart = 3 + random.nextInt(12);
      int since = position - start;
      if (since >= 0 && since % apart == 0 && since / apart < payments) {
        return random;
      }
    }
    return null;
  }

  private Pattern patternOf(long id, Random incident) {
    // By the block's first payment, so that an incident is all of one kind.
    Pattern prevailing = prevailing(Math.floorDiv(id, BLOCK) * BLOCK);
    return incident.nextInt(10) == 0 ? Pattern.ABROAD : prevailing;
  }

  private static Drawn honest(Card card, Random random) {
    String country = random.nextInt(100) < 5 ? abroad(card, random) : card.home();
    int kind = random.nextInt(100);
    if (kind < 4) {
      return new Drawn(0.5 + 4 * random.nextDouble(), "online", country);
    }
    if (kind < 6) {
      return new Drawn(
          card.balance() * (0.05 + 0.25 * random.nextDouble()),
          random.nextBoolean() ? "gift cards" : "transfer",
          country);
    }
    double amount = card.usualAmount() * Math.exp(0.6 * random.nextGaussian());
    return new Drawn(amount, category(random), country);
  }

  private static Drawn fraud(Pattern pattern, Card card, Random random) {
    return switch (pattern) {
      case ABROAD ->
          new Drawn(
              card.usualAmount() * (1.5 + 4 * random.nextDouble()),
              random.nextInt(3) == 0 ? "clothes" : "electronics",
              abroad(card, random));
      case TESTING -> new Drawn(0.5 + 4 * random.nextDouble(), "online", card.home());
      case TAKEOVER ->
          new Drawn(
              card.balance() * (0.05 + 0.25 * random.nextDouble()),
              random.nextBoolean() ? "gift cards" : "transfer",
              card.home());
    };
  }

  private static String abroad(Card card, Random random) {
    String country = COUNTRIES[random.nextInt(COUNTRIES.length)];
    return country.equals(card.home()) ? "US" : country;
  }

  private static String category(Random random) {
    int rest = random.nextInt(100);
    int category = 0;
    while (rest >= SHARES[category]) {
      rest -= SHARES[category];
      category++;
    }
    return CATEGORIES[category];
  }

  private static double cents(double amount) {
    return Math.rint(amount * 100) / 100;
  }

  /** A generator of its own for each number and purpose; neighbours have nothing in common. */
  private Random random(long number, int purpose) {
    long bits = (seed * 31 + purpose) * 0x9E3779B97F4A7C15L + number;
    bits = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ bits >>> 27) * 0x94D049BB133111EBL;
    return new Random(bits ^ bits >>> 31);
  }
}
