package io.kindling.examples.quickstart;

import io.kindling.examples.TextTable;
import io.kindling.examples.movies.Features;
import io.kindling.examples.movies.Film;
import io.kindling.examples.movies.MovieData;
import io.kindling.examples.movies.Person;
import io.kindling.ml.Prediction;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The films in the order in which one person will like them, by the forests in Redis. */
final class Ranking {

  private record Entry(Film film, double expectedRating, Prediction prediction) {}

  private Ranking() {}

  static void print(
      PrintStream out,
      Person person,
      List<ServedForest> forests,
      MovieData data,
      Features features) {
    double[] meanRatings = data.classes().meanRatings(data.people());
    List<Entry> entries = new ArrayList<>();
    for (ServedForest forest : forests) {
      Prediction prediction =
          forest.predictor().explain(features.row(person, forest.film()).forKindling());
      double[] probability = prediction.probability();
      double expected = 0;
      for (int i = 0; i < probability.length; i++) {
        expected += probability[i] * meanRatings[i];
      }
      entries.add(new Entry(forest.film(), expected, prediction));
    }
    entries.sort(Comparator.comparingDouble(Entry::expectedRating).reversed());

    out.printf(
        Locale.ROOT,
        "%nThe films ranked for person %d, whom no forest was trained on, by the forests in"
            + " Redis:%n%n",
        person.id());
    TextTable table = new TextTable("film", "expected rating", "most likely", "person's own");
    for (Entry entry : entries) {
      int likely = (int) entry.prediction().prediction();
      Integer own = person.ratings().get(entry.film());
      table.add(
          entry.film().title(),
          String.format(Locale.ROOT, "%.2f", entry.expectedRating()),
          String.format(
              Locale.ROOT,
              "%s (%.0f %%)",
              data.classes().label(likely),
              100 * entry.prediction().probability()[likely]),
          own == null ? "-" : own.toString());
    }
    table.print(out);
  }
}
