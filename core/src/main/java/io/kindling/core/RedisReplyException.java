package io.kindling.core;

import org.jspecify.annotations.Nullable;

/**
 * Redis answered a command with an error. The nested subclasses are the errors for which a caller
 * can do something particular; all others are this class itself, told apart by {@link #prefix()}.
 */
public class RedisReplyException extends KindlingException {
  private static final long serialVersionUID = 1;

  private final String reply;

  RedisReplyException(String message, String reply, @Nullable Throwable cause) {
    super(message, cause);
    this.reply = reply;
  }

  /**
   * The exception for an error reply that another client than this library's has met.
   *
   * @param line as Redis sent it
   * @param cause what the client threw
   * @param what the command and its key
   * @param where the node, or the whole installation if that is not known
   * @param library whose functions were called or to be installed
   * @return one of this class, or a {@link RedisUnavailableException} where the server cannot serve
   *     now
   */
  public static KindlingException of(
      String line, Throwable cause, String what, String where, FunctionLibrary library) {
    return RedisErrors.ofFunction(
        RedisErrors.ofReply(line, cause, what, where, /* hint= */ ""), library);
  }

  /** The first word of the reply, as in {@code OOM}, {@code ERR} or {@code KINDLINGCOLD}. */
  public final String prefix() {
    int space = reply.indexOf(' ');
    return space < 0 ? reply : reply.substring(0, space);
  }

  /** The error line as Redis sent it, without arguments that it may have quoted. */
  public final String reply() {
    return reply;
  }

  /** {@code OOM}: maxmemory is reached and nothing may be evicted. */
  public static final class OutOfMemory extends RedisReplyException {
    private static final long serialVersionUID = 1;

    OutOfMemory(String message, String reply, @Nullable Throwable cause) {
      super(message, reply, cause);
    }
  }

  /** {@code READONLY}: the node is a replica; write to its master. */
  public static final class ReadOnly extends RedisReplyException {
    private static final long serialVersionUID = 1;

    ReadOnly(String message, String reply, @Nullable Throwable cause) {
      super(message, reply, cause);
    }
  }

  /**
   * {@code NOPERM}, {@code NOAUTH}, {@code WRONGPASS}, or a refusal inside of a script or function:
   * the user may not do this, or is not known.
   */
  public static final class NoPermission extends RedisReplyException {
    private static final long serialVersionUID = 1;

    NoPermission(String message, String reply, @Nullable Throwable cause) {
      super(message, reply, cause);
    }
  }

  /** {@code WRONGTYPE}: the key holds something else. */
  public static final class WrongType extends RedisReplyException {
    private static final long serialVersionUID = 1;

    WrongType(String message, String reply, @Nullable Throwable cause) {
      super(message, reply, cause);
    }
  }

  /**
   * {@code ERR unknown command}: this server is too old for the command, or its operator has taken
   * it away.
   */
  public static final class UnknownCommand extends RedisReplyException {
    private static final long serialVersionUID = 1;

    UnknownCommand(String message, String reply, @Nullable Throwable cause) {
      super(message, reply, cause);
    }
  }
}
