package io.kindling.core;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandFlagsRegistry.CommandFlag;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.StaticCommandFlagsRegistry;
import redis.clients.jedis.args.Rawable;
import redis.clients.jedis.util.SafeEncoder;

/** What is to be known about a command before it is sent. */
final class Commands {
  /**
   * Writes of absolute values: twice is the same as once, and so is the reply that matters. DEL,
   * SADD and the like are not here, because their reply tells who was first. SET is looked at more
   * closely.
   */
  private static final Set<String> ABSOLUTE_WRITES =
      Set.of("HSET", "HMSET", "MSET", "SETEX", "PSETEX", "PEXPIREAT", "EXPIREAT");

  /** Not flagged as reading by Redis, because no key is read. */
  private static final Set<String> HARMLESS = Set.of("PING", "ECHO", "INFO", "TIME", "COMMAND");

  /** Only with these does SET depend on what was there before, or tell about it. */
  private static final Set<String> SET_CONDITIONS = Set.of("NX", "XX", "GET", "IFEQ", "IFNE");

  private Commands() {}

  static String name(CommandArguments args) {
    return SafeEncoder.encode(args.getCommand().getRaw()).toUpperCase(Locale.ROOT);
  }

  /** The command and its first key, as failures show them. */
  static String describe(CommandArguments args) {
    List<Object> keys = args.getKeys();
    if (keys.isEmpty()) {
      return name(args);
    }
    Object key = keys.get(0);
    return name(args) + " on '" + (key instanceof byte[] raw ? SafeEncoder.encode(raw) : key) + "'";
  }

  static List<ByteBuffer> keys(CommandArguments args) {
    return args.getKeys().stream()
        .map(
            key ->
                ByteBuffer.wrap(
                    key instanceof byte[] raw ? raw : SafeEncoder.encode(key.toString())))
        .toList();
  }

  static boolean isReadOnly(CommandArguments args) {
    return StaticCommandFlagsRegistry.registry().getFlags(args).contains(CommandFlag.READONLY);
  }

  /** Whether executing it twice is the same as once, so that it may be repeated. */
  static boolean isIdempotent(CommandArguments args) {
    if (isReadOnly(args)) {
      return true;
    }
    String name = name(args);
    if (name.equals("SET")) {
      // SET key value [options]: the value may spell NX, so the options start behind it.
      for (int i = 3; i < args.size(); i++) {
        if (SET_CONDITIONS.contains(word(args.get(i)))) {
          return false;
        }
      }
      return true;
    }
    if (name.equals("FUNCTION") || name.equals("SCRIPT")) {
      return args.size() > 1 && Set.of("LIST", "EXISTS").contains(word(args.get(1)));
    }
    return ABSOLUTE_WRITES.contains(name) || HARMLESS.contains(name);
  }

  static int payloadBytes(CommandArguments args) {
    int bytes = 0;
    for (Rawable arg : args) {
      bytes += arg.getRaw().length;
    }
    return bytes;
  }

  static final CommandArguments ASKING = new CommandArguments(Protocol.Command.ASKING);

  private static String word(Rawable arg) {
    return SafeEncoder.encode(arg.getRaw()).toUpperCase(Locale.ROOT);
  }
}
