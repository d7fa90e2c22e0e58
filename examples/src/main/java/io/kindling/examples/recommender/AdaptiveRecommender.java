package io.kindling.examples.recommender;

import io.kindling.core.KindlingException;
import io.kindling.examples.CannotRunException;
import io.kindling.ml.factor.FactorEvent;
import java.io.PrintStream;
import java.util.List;

/** A recommender that learns from every event while a batch job retrains beside it. */
public final class AdaptiveRecommender {

  private final PrintStream out;
  private final RecommenderOptions options;
  private final RatingLog log;
  private final Contest contest;
  private final List<FactorEvent> liked;

  private AdaptiveRecommender(
      PrintStream out,
      RecommenderOptions options,
      RatingLog log,
      Contest contest,
      List<FactorEvent> liked) {
    this.out = out;
    this.options = options;
    this.log = log;
    this.contest = contest;
    this.liked = liked;
  }

  /** Runs it; {@code --help} says how. */
  public static void main(String[] args) {
    int code;
    try {
      code = run(System.out, args);
    } catch (CannotRunException | KindlingException e) {
      System.err.println(e.getMessage());
      code = 2;
    }
    System.exit(code);
  }

  /** The exit code: 0, or 1 if the chart could not be written. */
  static int run(PrintStream out, String... args) {
    RecommenderOptions options = RecommenderOptions.parse(args);
    if (options.help()) {
      out.print(RecommenderOptions.USAGE);
      return 0;
    }
    RatingLog log = RatingLog.read(options.data());
    Contest contest = Contest.on(log);
    int minRating = options.minRating() == null ? contest.minRating() : options.minRating();
    List<FactorEvent> liked = log.atLeast(minRating);
    if (liked.isEmpty()) {
      throw new CannotRunException(
          "Cannot recommend from " + log.name() + ": no rating is " + minRating + " or more");
    }
    out.printf(
        "%s: %,d ratings, %,d of them %d or more.%n%n",
        log.name(), log.events().size(), liked.size(), minRating);
    return new AdaptiveRecommender(out, options, log, contest, liked).run();
  }

  private int run() {
    if (options.tries() > 0) {
      Tuning tuning =
          new Tuning(out, firstWeeks(liked, Contest.TUNING_WEEKS), Competition.TOP, /* seed= */ 1);
      tuning.run(options.tries());
      tuning.runBlend(contest, options.tries());
      return 0;
    }
    boolean isDrawn =
        new Competition(out, contest, options.seeds())
            .run(firstWeeks(log.events(), options.weeks()), firstWeeks(liked, options.weeks()))
            .draw(options.chart());
    return isDrawn ? 0 : 1;
  }

  private static List<FactorEvent> firstWeeks(List<FactorEvent> events, int weeks) {
    long end = events.get(0).time() + weeks * Prequential.WEEK;
    return events.stream().filter(event -> event.time() < end).toList();
  }
}
