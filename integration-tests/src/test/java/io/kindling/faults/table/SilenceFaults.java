package io.kindling.faults.table;

import io.kindling.faults.table.Servers.Single;
import java.io.IOException;
import java.util.List;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** A server that takes connections and commands, and does not answer. */
final class SilenceFaults {
  private SilenceFaults() {}

  static List<NamedFault<?>> all() {
    return List.of(
        NamedFault.of(
            "Slow server: `DEBUG SLEEP 4`",
            () -> Single.start("--enable-debug-command", "yes"),
            SilenceFaults::sleep),
        NamedFault.of(
            "Half-open connections: `SIGSTOP` for 13 s, longer than `retry-for`",
            Single::start,
            SilenceFaults::freeze));
  }

  private static void sleep(Single servers) {
    try {
      servers.ask("DEBUG", "SLEEP", String.valueOf(Servers.SHORT.toSeconds()));
    } catch (JedisConnectionException e) {
      // Nobody waits for it as long as that.
    }
    servers.awaitAnswer();
  }

  private static void freeze(Single servers) throws IOException, InterruptedException {
    long pid = servers.pid(0);
    signal("-STOP", pid);
    try {
      Servers.hold(Servers.LONG);
    } finally {
      signal("-CONT", pid);
    }
  }

  private static void signal(String signal, long pid) throws IOException, InterruptedException {
    int exit = new ProcessBuilder("kill", signal, String.valueOf(pid)).start().waitFor();
    if (exit != 0) {
      throw new IllegalStateException("kill " + signal + " " + pid + " ended with " + exit);
    }
  }
}
