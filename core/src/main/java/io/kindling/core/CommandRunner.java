package io.kindling.core;

import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.util.IOUtils;

/**
 * Runs each command of a client, in place of Jedis's own executors, which repeat every command of a
 * cluster up to five times, also an INCR whose reply was lost.
 *
 * <p>1. A redirection is followed: the node that sent it did not execute the command. 2. What was
 * not executed (no connection; LOADING, CLUSTERDOWN, TRYAGAIN...; nodes that send it from one to
 * the other) is repeated until {@code retry-for} is over. 3. If the connection failed after the
 * command was sent, it is repeated only if it is idempotent. 4. Everything else surfaces, as this
 * library's exceptions.
 */
final class CommandRunner implements CommandExecutor {
  /** At a stretch: while a slot moves, nodes may disagree for a moment about who has it. */
  private static final int MAX_REDIRECTIONS = 8;

  private final Connections connections;
  private final boolean replicas;

  private CommandRunner(Connections connections, boolean replicas) {
    this.connections = connections;
    this.replicas = replicas;
  }

  static CommandRunner onMasters(Connections connections) {
    return new CommandRunner(connections, /* replicas= */ false);
  }

  /**
   * Commands that only read go to replicas, as far as the cluster has any; to the masters if that
   * fails.
   */
  static CommandRunner onReplicas(Connections connections) {
    return new CommandRunner(connections, /* replicas= */ true);
  }

  @Override
  public <T> T executeCommand(CommandObject<T> command) {
    CommandArguments args = command.getArguments();
    Backoff backoff = null;
    JedisRedirectionException redirection = null;
    int redirections = 0;
    while (true) {
      Connection connection = null;
      try {
        connection = borrow(args, redirection, /* firstAttempt= */ backoff == null);
        if (redirection instanceof JedisAskDataException) {
          connection.executeCommand(Commands.ASKING);
        }
        return connection.executeCommand(command);
      } catch (JedisRedirectionException e) {
        if (!connections.isCluster()) {
          throw connections.failure(e, args, connection);
        }
        if (e instanceof JedisMovedDataException) {
          connections.moved(connection);
        }
        redirection = e;
        if (++redirections > MAX_REDIRECTIONS) {
          backoff = begun(backoff);
          if (!backoff.pause()) {
            throw connections.failure(e, args, connection);
          }
          redirection = null;
          redirections = 0;
        }
      } catch (JedisException e) {
        backoff = begun(backoff);
        if (e instanceof JedisConnectionException) {
          connections.failed(connection);
        }
        if (!connections.mayRepeat(e, args, connection) || !backoff.pause()) {
          throw connections.failure(e, args, connection);
        }
        redirection = null;
        redirections = 0;
      } finally {
        IOUtils.closeQuietly(connection);
      }
    }
  }

  private Backoff begun(@Nullable Backoff backoff) {
    return backoff == null ? new Backoff(connections.config().retryFor()) : backoff;
  }

  private Connection borrow(
      CommandArguments args,
      @Nullable JedisRedirectionException redirection,
      boolean firstAttempt) {
    if (redirection != null) {
      HostAndPort target = redirection.getTargetNode();
      return connections.borrow(target);
    }
    return replicas && firstAttempt && Commands.isReadOnly(args)
        ? connections.borrowReplica(args)
        : connections.borrow(args);
  }

  @Override
  public void close() {
    // A user may close a Jedis client that is shared; the connections are closed by their owner.
  }
}
