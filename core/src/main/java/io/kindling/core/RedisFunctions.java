package io.kindling.core;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.resps.LibraryInfo;
import redis.clients.jedis.util.SafeEncoder;

/**
 * Installs and calls libraries of Redis Functions (Redis 7.0 and later, and Valkey). Safe for
 * concurrent use.
 */
public final class RedisFunctions {
  private static final Logger LOG = LoggerFactory.getLogger(RedisFunctions.class);

  /** At a call: somebody may flush what was installed a moment ago. */
  private static final int MAX_HEALS = 3;

  private final Redis redis;
  private final UnifiedJedis jedis;
  private final UnifiedJedis reader;

  RedisFunctions(Redis redis, UnifiedJedis jedis, UnifiedJedis reader) {
    this.redis = redis;
    this.jedis = jedis;
    this.reader = reader;
  }

  /**
   * Installs a library on every master that does not have it in this version or a higher one. A
   * lower one is replaced; a higher one stays, since it serves the clients of this one.
   *
   * <p>Two clients of different versions that install at the same moment may leave the lower one;
   * the next call of a function that only the higher one has replaces it.
   *
   * @throws RedisReplyException if the server does not know functions or the user may not install
   *     them; the message says what to do
   */
  public void ensure(FunctionLibrary library) {
    for (Redis master : redis.masters()) {
      try {
        ensureOn(master.jedis(), library);
      } catch (RedisReplyException.UnknownCommand e) {
        throw new RedisReplyException.UnknownCommand(
            denied(library, e, RedisErrors.WITHOUT_FUNCTIONS), e.reply(), e);
      } catch (RedisReplyException.NoPermission e) {
        throw new RedisReplyException.NoPermission(
            denied(
                library,
                e,
                "let an administrator install it, or allow +function|load +function|list"),
            e.reply(),
            e);
      }
    }
  }

  private static String denied(FunctionLibrary library, RedisReplyException e, String advice) {
    return "Cannot install function library " + library + ": " + e.getMessage() + "; " + advice;
  }

  private static void ensureOn(UnifiedJedis master, FunctionLibrary library) {
    int installed = installedVersion(master, library);
    if (installed >= library.version()) {
      return;
    }
    try {
      if (installed < 0) {
        master.functionLoad(library.source());
      } else {
        LOG.info("Replacing function library {} {}: {}", library.name(), installed, library);
        master.functionLoadReplace(library.source());
      }
    } catch (RedisReplyException e) {
      if (installed >= 0 || !e.reply().contains("already exists")) {
        throw e;
      }
      ensureOn(master, library); // Another client was first, perhaps with a lower version.
    }
  }

  /** -1 if the library is not installed; 0 if it does not tell its version. */
  private static int installedVersion(UnifiedJedis master, FunctionLibrary library) {
    for (LibraryInfo info : master.functionListWithCode(library.name())) {
      if (info.getLibraryName().equals(library.name())) {
        return Math.max(0, FunctionLibrary.versionOf(info.getLibraryCode()));
      }
    }
    return -1;
  }

  /**
   * Calls a function that may write. If the server has lost the library, it is installed and the
   * function called again.
   *
   * @param keys every key that it touches, all in one cluster slot
   * @param args byte arrays are sent as they are, everything else as its text in UTF-8
   * @return what Jedis returns: {@code Long}, {@code byte[]}, a {@code List} of these, or null; see
   *     {@link RedisScripts#text}
   */
  public @Nullable Object call(
      FunctionLibrary library, String function, List<String> keys, List<?> args) {
    byte[] name = SafeEncoder.encode(function);
    List<byte[]> keyBytes = RedisScripts.encode(keys);
    List<byte[]> argBytes = RedisScripts.encode(args);
    return healed(library, () -> jedis.fcall(name, keyBytes, argBytes));
  }

  /**
   * Calls a function that only reads, on a replica if {@code read-from-replicas} is set. Otherwise
   * as {@link #call}.
   */
  public @Nullable Object callReadOnly(
      FunctionLibrary library, String function, List<String> keys, List<?> args) {
    byte[] name = SafeEncoder.encode(function);
    List<byte[]> keyBytes = RedisScripts.encode(keys);
    List<byte[]> argBytes = RedisScripts.encode(args);
    try {
      return reader.fcallReadonly(name, keyBytes, argBytes);
    } catch (RedisReplyException e) {
      healOrThrow(e, library);
      // On a master: a replica may not have received the library yet.
      return healed(library, () -> jedis.fcallReadonly(name, keyBytes, argBytes));
    }
  }

  private @Nullable Object healed(FunctionLibrary library, Supplier<@Nullable Object> call) {
    for (int heals = 0; heals < MAX_HEALS; heals++) {
      try {
        return call.get();
      } catch (RedisReplyException e) {
        healOrThrow(e, library);
      }
    }
    return call.get();
  }

  private void healOrThrow(RedisReplyException e, FunctionLibrary library) {
    if (!e.reply().startsWith("ERR Function not found")) {
      throw RedisErrors.ofFunction(e, library);
    }
    LOG.info("Installing function library {}: the server has lost it", library);
    ensure(library);
  }
}
