package io.kindling.faults.table;

import io.kindling.faults.table.CommitLoad.Balance;
import io.kindling.faults.table.Journal.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What came of a fault, as text.
 *
 * @param cells by column
 * @param messages the first line of each kind of error that callers saw, by load
 */
record FaultRow(Map<String, String> cells, List<Message> messages) {
  private static final double WAIT_SECONDS = 0.5;

  /** What an error said. */
  record Message(String fault, String load, String text) {}

  /** What the callers of the loads saw of a fault that lasted from here to there. */
  static FaultRow of(String fault, List<Load> loads, long begin, long end) {
    Map<String, String> cells = new LinkedHashMap<>();
    List<Message> messages = new ArrayList<>();
    List<String> recoveries = new ArrayList<>();
    int wrong = 0;
    cells.put("fault", fault);
    cells.put("Redis replied", "");
    for (Load load : loads) {
      List<Call> calls = load.journal().since(begin);
      cells.put(load.name(), seen(calls));
      recoveries.add(recovery(load.journal().recovered(begin, end), end));
      wrong += load.journal().wrongAnswers();
      calls.stream()
          .filter(call -> !call.succeeded())
          .map(call -> new Message(fault, load.name(), firstLine(call)))
          .distinct()
          .forEach(messages::add);
    }
    cells.put("counters difference", "");
    cells.put("queries lost", "");
    cells.put("wrong answers", String.valueOf(wrong));
    cells.put("recovered after", String.join(" / ", recoveries));
    return new FaultRow(cells, messages);
  }

  /** With what the servers and the end of the loads tell. */
  FaultRow with(Map<String, Long> errors, int failedJobs, Balance balance, int lostQueries) {
    Map<String, String> all = new LinkedHashMap<>(cells);
    Map<String, Long> shown = new TreeMap<>(errors);
    shown.remove("ERR"); // Of the administrator, and of functions that are not there.
    all.put(
        "Redis replied",
        shown.entrySet().stream()
            .map(error -> "`" + error.getKey() + "` x" + error.getValue())
            .collect(Collectors.joining(", ")));
    if (failedJobs > 0) {
      all.merge("commits", "; jobs run again: " + failedJobs, String::concat);
    }
    String lost =
        balance.lost() == 0
            ? ""
            : " (" + balance.lost() + " partitions visibly missing, counted again)";
    all.put("counters difference", balance.difference() + lost);
    all.put("queries lost", String.valueOf(lostQueries));
    return new FaultRow(all, messages);
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
    if (!failures.isEmpty()) {
      return failures.entrySet().stream()
          .map(
              kind ->
                  "`%s` x%d, the latest after %s"
                      .formatted(
                          kind.getKey(), kind.getValue().size(), seconds(longest(kind.getValue()))))
          .collect(Collectors.joining("; "));
    }
    double longest = longest(calls);
    return longest < WAIT_SECONDS ? "nothing" : "waits " + seconds(longest);
  }

  private static double longest(List<Call> calls) {
    return calls.stream().mapToDouble(Call::seconds).max().orElse(0);
  }

  private static String recovery(List<Call> successes, long end) {
    return successes.stream().mapToLong(call -> call.endNanos() - end).min().stream()
        .mapToObj(nanos -> seconds(nanos / 1e9))
        .findFirst()
        .orElse("never");
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, seconds < 0.095 ? "%.2f s" : "%.1f s", seconds);
  }

  private static String firstLine(Call call) {
    Throwable failure = Objects.requireNonNull(call.failure());
    String line = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    return failure.getClass().getSimpleName()
        + ": "
        + line.replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:6379")
            .replaceAll("\\b[0-9a-f]{40}\\b", "SHA1")
            .replaceAll("pass-\\d+", "pass-7")
            .replaceAll("partition \\d+", "partition 1");
  }
}
