package io.kindling.faults;

import io.kindling.counters.Commit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which fault fired where, and what became of the runs. */
final class FaultReport {
  private final Map<FaultKind, Map<Place, Integer>> fired = new EnumMap<>(FaultKind.class);
  private final Map<FaultKind, Integer> missed = new EnumMap<>(FaultKind.class);
  private final Map<String, Integer> commits = new TreeMap<>();
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);

  /** What became of a run. */
  enum Outcome {
    EXACT("exact at once"),
    RESUMED("visibly incomplete, resumed, then exact"),
    RESTARTED("visibly incomplete, restarted, then exact"),
    WRONG("SILENTLY DIFFERENT OR BROKEN");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }
  }

  synchronized void fired(Fault fault) {
    fired
        .computeIfAbsent(fault.kind, kind -> new EnumMap<>(Place.class))
        .merge(fault.place, 1, Integer::sum);
  }

  synchronized void missed(Fault fault) {
    missed.merge(fault.kind, 1, Integer::sum);
  }

  /** What a commit came to: a result, or what it threw. */
  synchronized void committed(Object result) {
    commits.merge(
        result instanceof Commit ? result.toString() : result.getClass().getSimpleName(),
        1,
        Integer::sum);
  }

  synchronized void ended(Outcome outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }

  synchronized int count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0);
  }

  synchronized int count(FaultKind kind) {
    return Arrays.stream(Place.values()).mapToInt(place -> count(kind, place)).sum();
  }

  private int count(FaultKind kind, Place place) {
    return fired.getOrDefault(kind, new HashMap<>()).getOrDefault(place, 0);
  }

  synchronized int count(Place place) {
    return Arrays.stream(FaultKind.values()).mapToInt(kind -> count(kind, place)).sum();
  }

  /** Faults of any kind that fired while a call of commit.lua was on its way, of 100. */
  synchronized double percentInCommit() {
    int all = Arrays.stream(Place.values()).mapToInt(this::count).sum();
    return all == 0 ? 0 : 100.0 * count(Place.COMMIT) / all;
  }

  /** The table. */
  synchronized String table() {
    StringBuilder table = new StringBuilder(String.format("%-32s", "fault"));
    List<Place> places = List.of(Place.values());
    places.forEach(place -> table.append(String.format("%21s", place.text)));
    table.append(String.format("%10s%n", "missed"));
    for (FaultKind kind : FaultKind.values()) {
      table.append(String.format("%-32s", kind.text));
      for (Place place : places) {
        table.append(
            String.format("%21s", kind.places().contains(place) ? count(kind, place) : "-"));
      }
      table.append(String.format("%10d%n", missed.getOrDefault(kind, 0)));
    }
    table.append(String.format("%-32s", "all"));
    places.forEach(place -> table.append(String.format("%21d", count(place))));
    table.append(String.format("%nInside the commit window: %.1f %%%n", percentInCommit()));
    outcomes.forEach(
        (outcome, runs) ->
            table.append("Runs ").append(outcome.text).append(": ").append(runs).append('\n'));
    return table
        .append("Commits by forTask, and failed ones: ")
        .append(commits)
        .append('\n')
        .toString();
  }
}
