package io.kindling.faults.table;

import io.kindling.core.testing.TestRedis;
import io.kindling.faults.table.Servers.Single;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The append-only file cannot grow. A limit on the size of files does it, of which the server sees
 * the same as of a full disk: a write that fails.
 */
final class DiskFaults {
  private DiskFaults() {}

  static List<NamedFault<?>> all() {
    return List.of(
        NamedFault.of(
                "Full disk for 4 s, `appendfsync everysec`", DiskFaults::start, DiskFaults::fill)
            .replying("MISCONF"));
  }

  /** Whether this machine has what is needed. */
  static boolean isPossible() {
    try {
      return run("prlimit", "--version") == 0 && run("env", "--ignore-signal=XFSZ", "true") == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Without the signal that would end it, where a full disk sends none. */
  private static Single start() {
    return new Single(
        TestRedis.startBehind(
            List.of("env", "--ignore-signal=XFSZ"),
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec"));
  }

  private static void fill(Single servers) throws IOException {
    Matcher size =
        Pattern.compile("aof_current_size:(\\d+)").matcher(servers.ask("INFO", "persistence"));
    if (!size.find()) {
      throw new IllegalStateException("INFO tells no size of the append-only file");
    }
    String pid = String.valueOf(servers.pid(0));
    limit(pid, size.group(1));
    Servers.hold(Servers.SHORT);
    limit(pid, "unlimited");
  }

  private static void limit(String pid, String bytes) throws IOException {
    int exit = run("prlimit", "--pid", pid, "--fsize=" + bytes + ":unlimited");
    if (exit != 0) {
      throw new IllegalStateException("prlimit of process " + pid + " ended with " + exit);
    }
  }

  private static int run(String... command) throws IOException {
    try {
      return new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }
}
