package io.kindling.core;

import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/** Turns what Jedis throws and what Redis replies into this library's exceptions: the one place. */
final class RedisErrors {
  /** Replies of a server that did not execute the command, and may do so later. */
  private static final Set<String> LATER =
      Set.of("LOADING", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "BUSY");

  private RedisErrors() {}

  /** Whether this is a reply that says: not executed, perhaps later. */
  static boolean isLater(JedisException e) {
    return e instanceof JedisDataException && LATER.contains(prefix(message(e)));
  }

  static boolean isReadOnly(JedisException e) {
    return e instanceof JedisDataException && prefix(message(e)).equals("READONLY");
  }

  static boolean isConnectionFailure(JedisException e) {
    return e instanceof JedisConnectionException || e instanceof JedisClusterOperationException;
  }

  /**
   * The exception to throw if there was no connection to send the command on.
   *
   * @param what the command and its key
   * @param where the installation
   */
  static KindlingException notSent(JedisException e, String what, String where) {
    JedisDataException reply = findReply(e);
    if (reply != null) {
      return ofReply(reply, what, where);
    }
    String text = "Cannot run " + what + ": ";
    if (e.getCause() instanceof NoSuchElementException) {
      return new RedisUnavailableException(
          text
              + "all connections to "
              + where
              + " are in use; raise spark.kindling.redis.max-pool-size or use fewer threads",
          e);
    }
    return new RedisUnavailableException(
        text + "no connection to " + where + ": " + rootMessage(e), e);
  }

  /**
   * The exception to throw if the command was sent.
   *
   * @param what the command and its key
   * @param where the node
   */
  static KindlingException sent(JedisException e, String what, String where) {
    if (e instanceof JedisDataException reply) {
      return ofReply(reply, what, where);
    }
    if (isConnectionFailure(e)) {
      return new RedisUnavailableException(
          "Cannot tell whether "
              + what
              + " was executed at "
              + where
              + ": the connection failed before the reply: "
              + rootMessage(e),
          e);
    }
    return new KindlingException("Cannot run " + what + " at " + where + ": " + rootMessage(e), e);
  }

  /** The exception to throw if the nodes of a cluster sent a command from one to the other. */
  static RedisUnavailableException redirected(JedisException e, String what, String where) {
    return new RedisUnavailableException(
        "Cannot run "
            + what
            + " at "
            + where
            + ": "
            + message(e)
            + "; the nodes of the cluster send it from one to the other",
        e);
  }

  private static KindlingException ofReply(JedisDataException e, String what, String where) {
    String hint =
        e instanceof JedisRedirectionException
            ? "; this is a node of a cluster: write redis-cluster://" + where
            : "";
    return ofReply(message(e), e, what, where, hint);
  }

  /**
   * The exception for an error reply.
   *
   * @param line as Redis sent it
   * @param thrown what the client made of it
   * @param hint behind the message
   */
  static KindlingException ofReply(
      String line, @Nullable Throwable thrown, String what, String where, String hint) {
    String reply = withoutArguments(line);
    String text = "Cannot run " + what + " at " + where + ": " + reply + hint;
    // Where Redis quotes arguments, the cause would still show them.
    Throwable cause = reply.equals(line) ? thrown : null;
    if (reply.startsWith("ERR unknown command") || reply.startsWith("ERR unknown subcommand")) {
      return new RedisReplyException.UnknownCommand(text, reply, cause);
    }
    String prefix = prefix(reply);
    if (LATER.contains(prefix)) {
      return new RedisUnavailableException(text, cause);
    }
    return switch (prefix) {
      case "OOM" -> new RedisReplyException.OutOfMemory(text, reply, cause);
      case "READONLY" -> new RedisReplyException.ReadOnly(text, reply, cause);
      case "NOPERM", "NOAUTH", "WRONGPASS" ->
          new RedisReplyException.NoPermission(text, reply, cause);
      case "WRONGTYPE" -> new RedisReplyException.WrongType(text, reply, cause);
      default -> new RedisReplyException(text, reply, cause);
    };
  }

  /** {@code ERR unknown command 'x', with args beginning with: ...} quotes payload. */
  static String withoutArguments(String reply) {
    int quoted = reply.indexOf(", with args beginning with");
    return quoted < 0 ? reply : reply.substring(0, quoted);
  }

  static String prefix(String reply) {
    int space = reply.indexOf(' ');
    return space < 0 ? reply : reply.substring(0, space);
  }

  static String message(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** An error reply met while connecting (NOAUTH, WRONGPASS) hides among causes and suppressed. */
  private static @Nullable JedisDataException findReply(Throwable e) {
    if (e instanceof JedisDataException reply) {
      return reply;
    }
    for (Throwable suppressed : e.getSuppressed()) {
      JedisDataException found = findReply(suppressed);
      if (found != null) {
        return found;
      }
    }
    return e.getCause() == null ? null : findReply(e.getCause());
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (true) {
      if (root.getCause() != null) {
        root = root.getCause();
      } else if (root.getSuppressed().length > 0) {
        root = root.getSuppressed()[0];
      } else {
        return message(root);
      }
    }
  }
}
