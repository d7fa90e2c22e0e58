package io.kindling.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * A Lua script from the class path. Its header has a line {@code -- KEYS[1] what it is} for each
 * key, in order, and every call is checked against it; if the last of them is {@code -- KEYS[n..]},
 * any number may follow from there.
 *
 * @param name the file's name, for messages
 * @param source the Lua text
 * @param sha1 by which Redis knows it
 * @param numKeys how many keys it takes, at least
 * @param openEnded whether it takes more
 */
public record RedisScript(String name, String source, String sha1, int numKeys, boolean openEnded) {
  private static final Pattern KEY = Pattern.compile("(?m)^-- KEYS\\[(\\d+)(\\.\\.)?\\]");

  /**
   * Reads a script.
   *
   * @param anchor a class in the package where the file lies
   * @param file the file's name, as in {@code commit.lua}
   * @throws IllegalArgumentException if there is no such file, or its header does not declare keys
   *     1, 2, 3... in order
   */
  public static RedisScript fromClasspath(Class<?> anchor, String file) {
    return of(file, Resources.text(anchor, file));
  }

  static RedisScript of(String name, String source) {
    int keys = 0;
    boolean openEnded = false;
    Matcher m = KEY.matcher(source);
    while (m.find()) {
      if (openEnded || Integer.parseInt(m.group(1)) != keys + 1) {
        throw new IllegalArgumentException(
            "Cannot use script '"
                + name
                + "': its header must declare KEYS[1], KEYS[2]... in order");
      }
      openEnded = m.group(2) != null;
      keys += openEnded ? 0 : 1;
    }
    if (keys == 0 && !openEnded) {
      throw new IllegalArgumentException(
          "Cannot use script '"
              + name
              + "': its header declares no key, as in '-- KEYS[1] the ...'");
    }
    return new RedisScript(name, source, sha1(source), keys, openEnded);
  }

  void checkKeys(List<String> keys) {
    if (keys.size() < numKeys || (keys.size() > numKeys && !openEnded)) {
      throw new IllegalArgumentException(
          "Cannot run script '"
              + name
              + "' with "
              + keys.size()
              + " keys: it declares "
              + numKeys
              + (openEnded ? " or more" : ""));
    }
    for (String key : keys) {
      if (JedisClusterCRC16.getSlot(key) != JedisClusterCRC16.getSlot(keys.get(0))) {
        throw new IllegalArgumentException(
            "Cannot run script '"
                + name
                + "': keys '"
                + keys.get(0)
                + "' and '"
                + key
                + "' lie in different cluster slots; give them the same {tag}");
      }
    }
  }

  private static String sha1(String source) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new KindlingException("Cannot use scripts: this JVM has no SHA-1", e);
    }
  }

  /** Text files beside a class. */
  static final class Resources {
    private Resources() {}

    static String text(Class<?> anchor, String file) {
      try (InputStream in = anchor.getResourceAsStream(file)) {
        if (in == null) {
          throw new IllegalArgumentException(
              "Cannot find '" + file + "' on the class path beside " + anchor.getName());
        }
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new KindlingException("Cannot read '" + file + "' beside " + anchor.getName(), e);
      }
    }
  }
}
