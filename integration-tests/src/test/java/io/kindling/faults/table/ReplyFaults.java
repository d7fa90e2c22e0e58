package io.kindling.faults.table;

import io.kindling.faults.table.Servers.Single;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import redis.clients.jedis.exceptions.JedisBusyException;

/** A server that answers, but with errors. */
final class ReplyFaults {
  private static final int FILLERS = 2_000;

  private ReplyFaults() {}

  static List<NamedFault<?>> all() {
    return List.of(
        NamedFault.of("`LOADING`: restart with AOF", ReplyFaults::slowLoader, ReplyFaults::restart)
            .after(ReplyFaults::fill)
            .replying("LOADING"),
        NamedFault.of(
                "`BUSY` for 4 s: somebody's endless script",
                () -> Single.start("--busy-reply-threshold", "100"),
                ReplyFaults::runEndlessScript)
            .replying("BUSY"),
        NamedFault.of(
                "`OOM` for 4 s: maxmemory reached, `noeviction`",
                Single::start,
                servers -> {
                  servers.ask("CONFIG", "SET", "maxmemory", "1000000");
                  Servers.hold(Servers.SHORT);
                  servers.ask("CONFIG", "SET", "maxmemory", "0");
                })
            .replying("OOM"),
        NamedFault.of(
                "`READONLY` for 4 s: the server is made a replica",
                Single::start,
                servers -> {
                  servers.ask("REPLICAOF", "127.0.0.1", "1");
                  Servers.hold(Servers.SHORT);
                  servers.ask("REPLICAOF", "NO", "ONE");
                })
            .replying("READONLY"),
        NamedFault.of(
                "`NOSCRIPT`: `SCRIPT FLUSH` every 20 ms for 4 s",
                Single::start,
                servers ->
                    Servers.repeat(Duration.ofMillis(20), () -> servers.ask("SCRIPT", "FLUSH")))
            .replying("NOSCRIPT"));
  }

  /** A restart takes it a millisecond a key. */
  private static Single slowLoader() {
    return Single.start(
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--key-load-delay",
        "1000",
        "--loading-process-events-interval-bytes",
        "1024");
  }

  private static void fill(Single servers) {
    String fill = "for i = 1, %d do redis.call('SET', 'filler-' .. i, i) end".formatted(FILLERS);
    servers.ask("EVAL", fill, "0");
    servers.ask("BGREWRITEAOF");
    Awaitility.await("append-only file rewritten")
        .atMost(Duration.ofSeconds(60))
        .until(() -> servers.ask("INFO", "persistence").contains("aof_rewrite_in_progress:0"));
  }

  private static void restart(Single servers) {
    servers.redis().kill();
    servers.redis().startAgain();
  }

  private static void runEndlessScript(Single servers) {
    CompletableFuture<String> endless =
        CompletableFuture.supplyAsync(() -> servers.ask("EVAL", "while true do end", "0"));
    Awaitility.await("busy")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> isBusy(servers));
    Servers.hold(Servers.SHORT);
    servers.ask("SCRIPT", "KILL");
    endless.exceptionally(e -> "killed").join();
  }

  private static boolean isBusy(Single servers) {
    try {
      return servers.ask("PING").isEmpty();
    } catch (JedisBusyException e) {
      return true;
    }
  }
}
