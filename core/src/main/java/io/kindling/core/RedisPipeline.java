package io.kindling.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.util.IOUtils;
import redis.clients.jedis.util.SafeEncoder;

/**
 * Sends commands in bounded batches and checks every reply. It has all of Jedis's pipeline
 * commands; a {@link Response} can be read once its batch has been sent.
 *
 * <p>A batch is sent when it holds {@code pipeline-size} commands or 8 MiB, and by {@link #sync}
 * and {@link #close}. If any command of it failed, the call that sent it throws the first failure,
 * which names command, key and node, with the others suppressed; the other commands of the batch
 * have been executed. In a cluster the batch is split by node, and redirections are followed.
 * Commands on one key keep their order; those on different nodes have none. What has not been sent
 * when the block of a try statement is left by an exception is sent all the same.
 *
 * <p>Not safe for concurrent use.
 */
public final class RedisPipeline extends AbstractPipeline {
  private static final int MAX_BATCH_BYTES = 8 << 20;
  private static final int MAX_REPORTED = 20;

  /** After so many redirections of one command, pauses: slots are just being moved. */
  private static final int HASTY_ROUNDS = 3;

  private final Connections connections;
  private final int batchSize;
  private List<Queued> batch = new ArrayList<>();
  private long batchBytes;

  RedisPipeline(Connections connections) {
    super(connections.commandObjects());
    this.connections = connections;
    batchSize = connections.config().pipelineSize();
  }

  @Override
  protected <T> Response<T> appendCommand(CommandObject<T> command) {
    var response = new Response<T>(command.getBuilder());
    append(new Queued(command.getArguments(), response));
    return response;
  }

  /**
   * Runs a script, as {@link RedisScripts#call} does.
   *
   * @throws IllegalArgumentException if the keys are not those that the script declares
   */
  public Response<Object> call(RedisScript script, List<String> keys, List<?> args) {
    script.checkKeys(keys);
    List<byte[]> keyBytes = RedisScripts.encode(keys);
    List<byte[]> argBytes = RedisScripts.encode(args);
    var response = new Response<Object>(BuilderFactory.RAW_OBJECT);
    var command =
        new Queued(
            commandObjects
                .evalsha(SafeEncoder.encode(script.sha1()), keyBytes, argBytes)
                .getArguments(),
            response);
    command.text = script;
    command.script = script;
    command.withSource =
        commandObjects.eval(SafeEncoder.encode(script.source()), keyBytes, argBytes).getArguments();
    append(command);
    return response;
  }

  /**
   * Runs a script that goes with its text each time: for several calls on one key, of which none
   * may fail because Redis forgets its scripts between them. For short scripts.
   *
   * @throws IllegalArgumentException if the keys are not those that the script declares
   */
  public Response<Object> callWithText(RedisScript script, List<String> keys, List<?> args) {
    script.checkKeys(keys);
    var response = new Response<Object>(BuilderFactory.RAW_OBJECT);
    var command =
        new Queued(
            commandObjects
                .eval(
                    SafeEncoder.encode(script.source()),
                    RedisScripts.encode(keys),
                    RedisScripts.encode(args))
                .getArguments(),
            response);
    command.text = script;
    append(command);
    return response;
  }

  private void append(Queued command) {
    batch.add(command);
    batchBytes += Commands.payloadBytes(command.args);
    if (batch.size() >= batchSize || batchBytes >= MAX_BATCH_BYTES) {
      sync();
    }
  }

  /**
   * Sends what has not been sent and waits for all replies.
   *
   * @throws KindlingException the first failure, with the others suppressed
   */
  @Override
  public void sync() {
    List<Queued> sent = batch;
    batch = new ArrayList<>();
    batchBytes = 0;
    run(sent);
    KindlingException first = null;
    int failures = 0;
    for (Queued command : sent) {
      if (command.failure != null) {
        if (first == null) {
          first = command.failure;
        } else if (failures < MAX_REPORTED && first != command.failure) {
          first.addSuppressed(command.failure);
        }
        failures++;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** As {@link #sync}; the pipeline can be used further. */
  @Override
  public void close() {
    sync();
  }

  /*
   * Rounds: send all that is open, grouped by node; read the replies; what was redirected, or what
   * may be repeated, is the next round. Groups are taken in the order of their names, so that two
   * threads which hold a node's last connection never wait for each other.
   */
  private void run(List<Queued> commands) {
    List<Queued> open = commands;
    Backoff backoff = null;
    for (int round = 0; !open.isEmpty(); round++) {
      var groups = new TreeMap<String, Group>();
      for (Queued command : open) {
        HostAndPort node =
            command.target != null ? command.target : connections.nodeOf(command.args);
        groups.computeIfAbsent(String.valueOf(node), name -> new Group(node)).add(command);
      }
      try {
        groups.values().forEach(this::send);
        groups.values().forEach(this::receive);
      } finally {
        groups.values().forEach(Group::giveBack);
      }
      groups.values().stream().filter(g -> g.later).forEach(RedisPipeline::keepOrder);
      boolean later = groups.values().stream().anyMatch(g -> g.later);
      boolean moved = groups.values().stream().anyMatch(g -> g.moved);
      if (moved) {
        connections.moved(null);
      }
      var next = new ArrayList<Queued>();
      for (Queued command : open) {
        if (command.retry != null) {
          next.add(command);
        }
      }
      if (!next.isEmpty() && (later || round >= HASTY_ROUNDS)) {
        backoff = backoff == null ? new Backoff(connections.config().retryFor()) : backoff;
        if (!backoff.pause()) {
          next.forEach(command -> command.failure = command.retry);
          return;
        }
      }
      next.forEach(command -> command.retry = null);
      open = next;
    }
  }

  private void send(Group group) {
    try {
      Connection connection = connections.borrow(group.node);
      group.connection = connection;
      for (Queued command : group.commands) {
        if (command.asking) {
          connection.sendCommand(Commands.ASKING);
        }
        connection.sendCommand(group.form(command));
        group.unread++;
      }
    } catch (JedisException e) {
      lose(group, 0, e);
    }
  }

  private void receive(Group group) {
    Connection connection = group.connection;
    if (connection == null || group.lost) {
      return;
    }
    for (int i = 0; i < group.commands.size(); i++) {
      Queued command = group.commands.get(i);
      try {
        receive(command, connection);
      } catch (JedisDataException e) {
        refuse(group, command, e, connection);
      } catch (JedisException e) {
        lose(group, i, e);
        return;
      }
      group.unread--;
    }
  }

  private static void receive(Queued command, Connection connection) {
    if (command.asking) {
      command.asking = false;
      connection.getOne();
    }
    command.target = null;
    command.response.set(connection.getOne());
  }

  /** Redis answered with an error. */
  private void refuse(Group group, Queued command, JedisDataException e, Connection connection) {
    KindlingException failure = connections.failure(e, command.args, connection);
    if (e instanceof JedisRedirectionException redirection && connections.isCluster()) {
      command.target = redirection.getTargetNode();
      command.asking = e instanceof JedisAskDataException;
      command.retry = failure;
      group.moved |= e instanceof JedisMovedDataException;
    } else if (command.withSource != null && RedisErrors.message(e).startsWith("NOSCRIPT")) {
      command.script = null;
      command.args = command.withSource;
      command.retry = failure;
      group.later = true;
    } else if (connections.mayRepeat(e, command.args, connection)) {
      command.retry = failure;
      group.later = true;
    } else {
      RedisScript text = command.text;
      command.failure =
          text == null ? failure : RedisErrors.naming(failure, text.name(), text.source());
      command.response.set(
          new JedisDataException(RedisErrors.withoutArguments(RedisErrors.message(e))));
    }
  }

  /** The connection failed: the commands from this index on have no reply. */
  private void lose(Group group, int from, JedisException e) {
    group.lost = true;
    connections.failed(group.connection);
    List<Queued> lost = group.commands.subList(from, group.commands.size());
    // All or none, to keep the order of commands on one key.
    boolean repeat =
        lost.stream().allMatch(c -> connections.mayRepeat(e, c.args, group.connection));
    for (Queued command : lost) {
      KindlingException failure = connections.failure(e, command.args, group.connection);
      command.target = null;
      command.asking = false;
      if (repeat) {
        command.retry = failure;
      } else {
        command.failure = failure;
      }
    }
    group.later |= repeat;
  }

  /**
   * A server that refuses for a while (LOADING) may begin to execute in the middle of a batch. What
   * it refused before is then not repeated behind a later command on the same key.
   */
  private static void keepOrder(Group group) {
    var executed = new HashSet<ByteBuffer>();
    for (int i = group.commands.size() - 1; i >= 0; i--) {
      Queued command = group.commands.get(i);
      List<ByteBuffer> keys = Commands.keys(command.args);
      if (command.retry == null) {
        executed.addAll(keys);
      } else if (command.target == null
          && (keys.isEmpty() ? !executed.isEmpty() : keys.stream().anyMatch(executed::contains))) {
        command.failure = command.retry;
        command.retry = null;
      }
    }
  }

  /** The commands of a round for one node. */
  private static final class Group {
    private final @Nullable HostAndPort node;
    private final List<Queued> commands = new ArrayList<>();
    private final Set<RedisScript> scripts = new HashSet<>();
    private @Nullable Connection connection;
    private int unread;
    private boolean lost;
    private boolean later;
    private boolean moved;

    Group(@Nullable HostAndPort node) {
      this.node = node;
    }

    void add(Queued command) {
      commands.add(command);
    }

    /**
     * A script goes with its text the first time: to learn from NOSCRIPT that Redis does not know
     * it would be to run it behind the commands that follow it.
     */
    CommandArguments form(Queued command) {
      return command.script != null && command.withSource != null && scripts.add(command.script)
          ? command.withSource
          : command.args;
    }

    void giveBack() {
      if (connection != null) {
        if (unread > 0) {
          connection.setBroken(); // Or its next user would read our replies.
        }
        IOUtils.closeQuietly(connection);
      }
    }
  }

  /** A command on its way. */
  private static final class Queued {
    private CommandArguments args;
    private final Response<?> response;

    /** What it runs, if it is a script; for messages. */
    private @Nullable RedisScript text;

    /** The same as long as Redis may know it by its digest. */
    private @Nullable RedisScript script;

    private @Nullable CommandArguments withSource;
    private @Nullable HostAndPort target;
    private boolean asking;
    private @Nullable KindlingException retry;
    private @Nullable KindlingException failure;

    Queued(CommandArguments args, Response<?> response) {
      this.args = args;
      this.response = response;
    }
  }
}
