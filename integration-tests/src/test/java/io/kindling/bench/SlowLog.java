package io.kindling.bench;

import io.kindling.core.Redis;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.util.SafeEncoder;

/** What SLOWLOG holds: each call of a millisecond or more, in wall-clock time of the server. */
final class SlowLog {

  /** One call. */
  record Call(long micros, String command) {}

  private final Redis redis;

  SlowLog(Redis redis) {
    this.redis = redis;
  }

  void reset() {
    redis.jedis().sendCommand(Protocol.Command.SLOWLOG, "RESET");
  }

  /** Adds the longest call, with its command and the calls' 99th percentile in the note. */
  void report(BenchReport report, String name, String what) {
    List<Call> calls = calls();
    if (calls.isEmpty()) {
      report.addExact(name, "ms", what + "; no call took 1 ms", 1);
      return;
    }
    Call longest = calls.get(calls.size() - 1);
    report.addExact(
        name,
        "ms",
        String.format(
            Locale.ROOT,
            "%s; a %s; p99 of the %,d calls above 1 ms: %.1f ms",
            what,
            longest.command(),
            calls.size(),
            calls.get(calls.size() * 99 / 100).micros() / 1e3),
        longest.micros() / 1e3);
  }

  /** All since the reset, the longest last. */
  List<Call> calls() {
    // Entries are [id, time, microseconds, [command, arguments...], ...].
    return ((List<?>) redis.jedis().sendCommand(Protocol.Command.SLOWLOG, "GET", "100000"))
        .stream()
            .map(entry -> (List<?>) SafeEncoder.encodeObject(entry))
            .map(entry -> new Call((Long) entry.get(2), command((List<?>) entry.get(3))))
            .filter(call -> !call.command().equals("SLOWLOG")) // reading it is slow itself
            .sorted(Comparator.comparingLong(Call::micros))
            .toList();
  }

  private static String command(List<?> arguments) {
    String command = ((String) arguments.get(0)).toUpperCase(Locale.ROOT);
    boolean isFunction = command.startsWith("FCALL") && arguments.size() > 1;
    return isFunction ? command + " " + arguments.get(1) : command;
  }
}
