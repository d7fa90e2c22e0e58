package io.kindling.core;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.executors.CommandExecutor;

/**
 * Sends commands that only read to a random replica of a master without a cluster, and everything
 * else, or all if no replica can answer, to the master.
 */
final class ReplicaReader implements CommandExecutor {
  private static final long REFRESH_NANOS = 10_000_000_000L;

  private final SharedClient.Opened master;
  private volatile Known known = new Known(List.of(), System.nanoTime() - REFRESH_NANOS);

  ReplicaReader(SharedClient.Opened master) {
    this.master = master;
  }

  @Override
  public <T> T executeCommand(CommandObject<T> command) {
    List<RedisConfig.Node> replicas =
        Commands.isReadOnly(command.getArguments()) ? replicas() : List.of();
    if (!replicas.isEmpty()) {
      int random = ThreadLocalRandom.current().nextInt(replicas.size());
      try {
        return master.node(replicas.get(random)).open().jedis().executeCommand(command);
      } catch (RedisUnavailableException e) {
        known = new Known(List.of(), known.atNanos()); // The master serves until the next look.
      }
    }
    return master.jedis().executeCommand(command);
  }

  private List<RedisConfig.Node> replicas() {
    Known present = known;
    if (System.nanoTime() - present.atNanos() >= REFRESH_NANOS) {
      present = new Known(find(), System.nanoTime());
      known = present;
    }
    return present.nodes();
  }

  private List<RedisConfig.Node> find() {
    try {
      return master.replicas();
    } catch (KindlingException e) {
      return List.of(); // INFO is denied, or the master is away: it will say so itself.
    }
  }

  private record Known(List<RedisConfig.Node> nodes, long atNanos) {}

  @Override
  public void close() {
    // The master's connections are closed by their owner, and the replicas' with them.
  }
}
