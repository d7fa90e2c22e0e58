package io.kindling.examples.recommender;

import io.kindling.examples.CannotRunException;
import io.kindling.examples.LineChart;
import io.kindling.examples.TextTable;
import io.kindling.ml.factor.BiasedSgd;
import io.kindling.ml.factor.FactorEvent;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Lets the entrants of a contest predict and learn every event, in this JVM, and prints tables. */
final class Competition {

  static final int TOP = 10;

  /** From so many events before, a user is warm. */
  static final int WARM = 5;

  static final double BIAS_STEP = 0.05;
  private static final List<String> OF_EACH_WEEK =
      List.of(
          Contest.DECAYED,
          Contest.BATCH_ONLY,
          Contest.ONLINE_ONLY,
          Contest.BATCH_ONLINE,
          Contest.BLEND);

  private final PrintStream out;
  private final Contest contest;
  private final int seeds;

  Competition(PrintStream out, Contest contest, int seeds) {
    this.out = out;
    this.contest = contest;
    this.seeds = seeds;
  }

  /**
   * Runs it.
   *
   * @param ratings all, to be predicted as stars
   * @param liked those that are to be found among the best ten
   */
  Outcome run(List<FactorEvent> ratings, List<FactorEvent> liked) {
    printErrors(ratings);
    Outcome outcome = compete(liked);
    outcome.printWeeks();
    outcome.printMeans();
    return outcome;
  }

  /** What stars are predicted, whatever they are. */
  private void printErrors(List<FactorEvent> ratings) {
    RatingErrors errors = new RatingErrors(contest.lowest(), contest.highest());
    TextTable table = new TextTable("stars predicted by", "RMSE");
    table.add("mean so far", text(errors.ofMean(ratings)));
    table.add("biases alone", text(errors.of(ratings, new BiasOnly(BIAS_STEP), contest.stars())));
    table.add(
        "biases and vectors",
        text(errors.of(ratings, new BiasedSgd(contest.stars()), contest.stars())));
    table.print(out);
    out.println();
  }

  private Outcome compete(List<FactorEvent> liked) {
    Map<String, List<List<Prequential.Gain>>> runs = new LinkedHashMap<>();
    for (int seed = 1; seed <= seeds; seed++) {
      for (Map.Entry<String, Recommender> entrant : contest.entrants(seed).entrySet()) {
        List<List<Prequential.Gain>> ofSeeds =
            runs.computeIfAbsent(entrant.getKey(), name -> new ArrayList<>());
        if (seed == 1 || !Contest.ONCE.contains(entrant.getKey())) {
          ofSeeds.add(new Prequential(TOP, Prequential.WEEK).run(liked, entrant.getValue()));
        }
      }
    }
    return new Outcome(out, runs);
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /**
   * What has come of it.
   *
   * @param runs of each entrant, one for each seed
   */
  record Outcome(PrintStream out, Map<String, List<List<Prequential.Gain>>> runs) {

    /** Weeks that chose no setting; all if there are no others. */
    private Predicate<Prequential.Gain> judged() {
      int weeks = weekly(Contest.BATCH_ONLINE, gain -> true).size();
      return weeks <= Contest.TUNING_WEEKS
          ? gain -> true
          : gain -> gain.period() >= Contest.TUNING_WEEKS;
    }

    /** The mean of the seeds of the means over events. */
    double ndcg(String name, Predicate<Prequential.Gain> counted) {
      return ofSeeds(name, counted).getAverage();
    }

    /** From the worst seed to the best. */
    double spread(String name, Predicate<Prequential.Gain> counted) {
      DoubleSummaryStatistics seeds = ofSeeds(name, counted);
      return seeds.getMax() - seeds.getMin();
    }

    private DoubleSummaryStatistics ofSeeds(String name, Predicate<Prequential.Gain> counted) {
      return runs(name).stream()
          .mapToDouble(gains -> WeeklySeries.of(gains, counted).meanNdcg())
          .summaryStatistics();
    }

    private List<List<Prequential.Gain>> runs(String name) {
      return Objects.requireNonNull(runs.get(name));
    }

    /** Of the first seed. */
    private List<Double> weekly(String name, Predicate<Prequential.Gain> counted) {
      return WeeklySeries.of(runs(name).get(0), counted).ndcg();
    }

    private void printWeeks() {
      List<String> header = new ArrayList<>(List.of("week", "events"));
      header.addAll(OF_EACH_WEEK);
      TextTable table = new TextTable(header.toArray(String[]::new));
      List<Integer> events =
          WeeklySeries.of(runs(Contest.BATCH_ONLINE).get(0), gain -> true).events();
      for (int week = 0; week < events.size(); week++) {
        if (events.get(week) > 0) {
          List<String> row =
              new ArrayList<>(List.of(String.valueOf(week + 1), String.valueOf(events.get(week))));
          for (String name : OF_EACH_WEEK) {
            row.add(text(weekly(name, gain -> true).get(week)));
          }
          table.add(row.toArray(String[]::new));
        }
      }
      table.print(out);
      out.println();
    }

    private void printMeans() {
      Predicate<Prequential.Gain> judged = judged();
      TextTable table =
          new TextTable("", "nDCG@10", "spread", "recall@10", "cold", "warm", "all weeks");
      for (String name : runs.keySet()) {
        table.add(
            name,
            text(ndcg(name, judged)),
            text(spread(name, judged)),
            text(
                runs(name).stream()
                    .mapToDouble(gains -> WeeklySeries.of(gains, judged).meanRecall())
                    .average()
                    .orElseThrow()),
            text(ndcg(name, judged.and(gain -> gain.before() < WARM))),
            text(ndcg(name, judged.and(gain -> gain.before() >= WARM))),
            text(ndcg(name, gain -> true)));
      }
      table.print(out);
      int seeds = runs(Contest.BATCH_ONLINE).size();
      out.printf(
          "%nMeans over the events from week %d on, since the weeks before chose the settings, but"
              + " for the last%ncolumn; %s, spread from the worst to the best. Warm: users with %d"
              + " events before.%n%n",
          Contest.TUNING_WEEKS + 1, seeds == 1 ? "one seed" : seeds + " seeds", WARM);
      print(Contest.BATCH_ONLINE, Contest.BATCH_ONLY, judged, "all users");
      print(Contest.BATCH_ONLINE, Contest.ONLINE_ONLY, judged, "all users");
      print(
          Contest.BLEND, Contest.DECAYED, judged.and(gain -> gain.before() >= WARM), "warm users");
      out.println();
    }

    /** By how much one beats the other, with the interval of the first seed. */
    Bootstrap compare(String better, String than, Predicate<Prequential.Gain> counted) {
      return Bootstrap.compare(runs(better).get(0), runs(than).get(0), counted, /* seed= */ 1);
    }

    private void print(
        String better, String than, Predicate<Prequential.Gain> counted, String users) {
      Bootstrap compared = compare(better, than, counted);
      out.printf(
          Locale.ROOT,
          "%s against %s, %s: %+.1f %%, 95 %% interval %+.1f to %+.1f %%%n",
          better,
          than,
          users,
          100 * compared.ratio(),
          100 * compared.low(),
          100 * compared.high());
    }

    /**
     * Writes the weekly chart, or says why it cannot.
     *
     * @return whether it is written
     */
    boolean draw(Path file) {
      LineChart chart = LineChart.of("nDCG@10 of each week", "week", "");
      for (String name : List.of(Contest.BATCH_ONLINE, Contest.BATCH_ONLY, Contest.ONLINE_ONLY)) {
        List<Double> ndcg = weekly(name, gain -> true);
        chart.line(
            name,
            IntStream.rangeClosed(1, ndcg.size()).asDoubleStream().toArray(),
            ndcg.stream().mapToDouble(Double::doubleValue).toArray());
      }
      try {
        chart.write(file);
      } catch (CannotRunException e) {
        out.printf("%s%n%n", e.getMessage());
        return false;
      }
      out.printf("Chart: %s%n%n", file.toAbsolutePath());
      return true;
    }
  }
}
