package io.kindling.core;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

  /**
   * How servers begin to say that the caller of a script or function may not run a command in it.
   */
  private static final List<String> DENIED_INSIDE =
      List.of("The user executing the script can't", "ACL failure in script");

  /** What to do where the server does not know functions. */
  static final String WITHOUT_FUNCTIONS =
      "functions need Redis 7.0 or Valkey; else serve in the JVM";

  private static final Pattern LINE = Pattern.compile("@user_(?:script|function):\\s*(\\d+)");
  private static final Pattern CALL = Pattern.compile("redis\\.p?call\\('(\\w+)'");

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
    if (DENIED_INSIDE.stream().anyMatch(reply::contains)) {
      return new RedisReplyException.NoPermission(text, reply, cause);
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

  /** Adds to the failure of a call of a function what to do about it, if that is known. */
  static KindlingException ofFunction(KindlingException e, FunctionLibrary library) {
    return e instanceof RedisReplyException.UnknownCommand unknown
        ? new RedisReplyException.UnknownCommand(
            e.getMessage() + "; " + WITHOUT_FUNCTIONS, unknown.reply(), e)
        : naming(e, "library " + library.name(), library.source());
  }

  /**
   * Adds to a refusal inside of a script or function which command it was: servers up to 7.0 name
   * its line alone, and that only if the script has not caught the error itself.
   *
   * @param name of the script or library
   */
  static KindlingException naming(KindlingException e, String name, String source) {
    if (!(e instanceof RedisReplyException.NoPermission refused)) {
      return e;
    }
    if (DENIED_INSIDE.stream().noneMatch(refused.reply()::contains)) {
      return e;
    }
    Matcher line = LINE.matcher(refused.reply());
    String commands = "";
    String where = name;
    if (line.find()) {
      long above = Long.parseLong(line.group(1)) - 1;
      commands = commands(source.lines().skip(above).findFirst().orElse(""));
      where = "line " + line.group(1) + " of " + name;
    }
    if (commands.isEmpty()) {
      commands = commands(source);
      where = name;
    }
    return new RedisReplyException.NoPermission(
        e.getMessage() + "; " + where + " calls " + commands, refused.reply(), e);
  }

  private static String commands(String code) {
    return CALL.matcher(code)
        .results()
        .map(call -> call.group(1))
        .distinct()
        .collect(Collectors.joining(" or "));
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
