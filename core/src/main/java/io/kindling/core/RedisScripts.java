package io.kindling.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
  private static final RedisScript RIGHTS =
      RedisScript.fromClasspath(RedisScripts.class, "rights.lua");
  private static final Pattern CALL = Pattern.compile("redis\\.p?call\\('([A-Z]+)'");

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
      return evaluate(script, keyBytes, argBytes);
    } catch (RedisReplyException.NoPermission e) {
      throw RedisErrors.naming(e, script.name(), script.source());
    }
  }

  private @Nullable Object evaluate(RedisScript script, List<byte[]> keys, List<byte[]> args) {
    try {
      return jedis.evalsha(SafeEncoder.encode(script.sha1()), keys, args);
    } catch (RedisReplyException e) {
      if (!e.prefix().equals("NOSCRIPT")) {
        throw e;
      }
      return jedis.eval(SafeEncoder.encode(script.source()), keys, args);
    }
  }

  /**
   * Checks that the user may run every command that these scripts call: a script that is refused
   * half-way has done the first half. Servers before Redis 7.0 cannot tell, and are believed.
   *
   * @param key one that they touch; what holds for it is taken to hold for the others
   * @param optional commands that the scripts do without
   * @throws RedisReplyException.NoPermission if there is one; all are named
   */
  public void requireRights(String key, List<RedisScript> scripts, Set<String> optional) {
    List<String> commands =
        scripts.stream()
            .flatMap(script -> CALL.matcher(script.source()).results())
            .map(call -> call.group(1))
            .filter(command -> !optional.contains(command))
            .distinct()
            .sorted()
            .toList();
    List<?> denied = (List<?>) Objects.requireNonNull(text(call(RIGHTS, List.of(key), commands)));
    if (!denied.isEmpty()) {
      String allow =
          denied.stream()
              .map(command -> "+" + command.toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(" "));
      String reply = "NOPERM allow " + allow;
      throw new RedisReplyException.NoPermission(
          "Cannot run all scripts on '" + key + "': " + reply, reply, null);
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
