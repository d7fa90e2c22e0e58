package io.kindling.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.SafeEncoder;

/**
 * Calls Lua scripts. Redis is asked to run the script that it knows by its digest; if it does not
 * know it (the first time, after a restart, a failover or SCRIPT FLUSH) the text is sent.
 *
 * <p>A script is never repeated after a lost connection: whoever calls it knows whether that is
 * harmless. Safe for concurrent use.
 */
public final class RedisScripts {
  private final UnifiedJedis jedis;

  RedisScripts(UnifiedJedis jedis) {
    this.jedis = jedis;
  }

  /**
   * Runs a script in one round trip.
   *
   * @param script what to run
   * @param keys every key that it touches, all in one cluster slot
   * @param args byte arrays are sent as they are, everything else as its text in UTF-8
   * @return what Jedis returns: {@code Long}, {@code byte[]}, a {@code List} of these, or null; see
   *     {@link #text}
   * @throws IllegalArgumentException if the keys are not those that the script declares
   */
  public @Nullable Object call(RedisScript script, List<String> keys, List<?> args) {
    script.checkKeys(keys);
    List<byte[]> keyBytes = encode(keys);
    List<byte[]> argBytes = encode(args);
    try {
      return jedis.evalsha(SafeEncoder.encode(script.sha1()), keyBytes, argBytes);
    } catch (RedisReplyException e) {
      if (!e.prefix().equals("NOSCRIPT")) {
        throw e;
      }
      return jedis.eval(SafeEncoder.encode(script.source()), keyBytes, argBytes);
    }
  }

  /** A reply with its byte arrays turned into text, also inside of lists. */
  public static @Nullable Object text(@Nullable Object reply) {
    return reply == null ? null : SafeEncoder.encodeObject(reply);
  }

  static List<byte[]> encode(List<?> values) {
    var encoded = new ArrayList<byte[]>(values.size());
    for (Object value : values) {
      encoded.add(
          value instanceof byte[] raw ? raw : value.toString().getBytes(StandardCharsets.UTF_8));
    }
    return encoded;
  }
}
