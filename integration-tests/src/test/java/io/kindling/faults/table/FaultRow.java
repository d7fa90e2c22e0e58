package io.kindling.faults.table;

import io.kindling.faults.table.CommitLoad.Balance;
import io.kindling.faults.table.Journal.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What came of a fault, as text.
 *
 * @param cells by the heads of their columns
 * @param messages the first line of each kind of error that callers saw
 */
record FaultRow(Map<String, String> cells, List<Message> messages) {
  private static final double WAIT_SECONDS = 0.5;

  /** Of the administrator and of functions that are not there; and of a demoted server. */
  private static final Set<String> NOT_SHOWN = Set.of("ERR", "UNBLOCKED");

  /** What an error said to a load. */
  record Message(String load, String text) {}

  /** When a fault happened, by {@code System.nanoTime}. */
  record Window(long begin, long end) {}

  /**
   * What servers and loads tell at the end.
   *
   * @param errors with which Redis replied, by prefix
   * @param failedJobs that were run again
   * @param balance of the counters
   * @param lostQueries without an answer
   */
  record Outcome(Map<String, Long> errors, int failedJobs, Balance balance, int lostQueries) {}

  /** The row of a fault. */
  static FaultRow of(String fault, List<Load> loads, Window window, Outcome outcome) {
    Map<String, String> cells = new LinkedHashMap<>();
    List<Message> messages = new ArrayList<>();
    cells.put("fault", fault);
    cells.put("Redis replied", shown(outcome.errors));
    for (Load load : loads) {
      List<Call> calls = load.journal().since(window.begin);
      cells.put(load.name(), seen(calls));
      calls.stream()
          .filter(call -> !call.succeeded())
          .map(call -> new Message(load.name(), firstLine(call)))
          .distinct()
          .forEach(messages::add);
    }
    if (outcome.failedJobs > 0) {
      cells.merge("commits", "; jobs run again: " + outcome.failedJobs, String::concat);
    }
    int lost = outcome.balance.lost();
    cells.put(
        "counters: difference",
        outcome.balance.difference()
            + (lost == 0 ? "" : "; " + lost + " partitions visibly missing, counted again"));
    cells.put("queries: lost", String.valueOf(outcome.lostQueries));
    cells.put(
        "answers: wrong",
        String.valueOf(loads.stream().mapToInt(load -> load.journal().wrongAnswers()).sum()));
    cells.put(
        "recovered after",
        loads.stream().map(load -> recovery(load, window)).collect(Collectors.joining(" / ")));
    return new FaultRow(cells, messages);
  }

  private static String shown(Map<String, Long> errors) {
    return errors.entrySet().stream()
        .filter(error -> !NOT_SHOWN.contains(error.getKey()))
        .map(error -> "`" + error.getKey() + "` x" + error.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String seen(List<Call> calls) {
    Map<String, List<Call>> failures =
        calls.stream()
            .filter(call -> !call.succeeded())
            .collect(
                Collectors.groupingBy(
                    call -> Objects.requireNonNull(call.failure()).getClass().getSimpleName(),
                    TreeMap::new,
                    Collectors.toList()));
    if (failures.isEmpty()) {
      double longest = longest(calls);
      return longest < WAIT_SECONDS ? "nothing" : "waits " + seconds(longest);
    }
    return failures.entrySet().stream()
        .map(
            kind ->
                "`%s` x%d, after %s"
                    .formatted(
                        kind.getKey(), kind.getValue().size(), seconds(longest(kind.getValue()))))
        .collect(Collectors.joining("; "));
  }

  private static double longest(List<Call> calls) {
    return calls.stream().mapToDouble(Call::seconds).max().orElse(0);
  }

  private static String recovery(Load load, Window window) {
    return load.journal().recovered(window.begin, window.end).stream()
        .mapToLong(call -> call.endNanos() - window.end)
        .min()
        .stream()
        .mapToObj(nanos -> seconds(nanos / 1e9))
        .findFirst()
        .orElse("never");
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, seconds < 0.095 ? "%.2f s" : "%.1f s", seconds);
  }

  /** Without what differs from run to run. */
  private static String firstLine(Call call) {
    Throwable failure = Objects.requireNonNull(call.failure());
    String line = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    return failure.getClass().getSimpleName()
        + ": "
        + line.replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:6379")
            .replaceAll("\\b[0-9a-f]{40}\\b", "SHA1")
            .replaceAll(":stage:[^']*", ":stage:...")
            .replaceAll("@user_script:\\d+", "@user_script:9")
            .replaceAll("faults-\\d+", "faults");
  }
}
