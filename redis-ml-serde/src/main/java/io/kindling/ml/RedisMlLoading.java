package io.kindling.ml;

import io.kindling.core.KindlingException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * How a model gets into Redis-ML: it is written under temporary keys and probed there, and only
 * then the keys are renamed.
 *
 * @param what is loaded, for messages
 * @param load the commands that write it
 * @param probes what is run before it is published
 * @param publish the commands that put it in its place
 * @param temporaryKeys that are removed if that fails
 */
record RedisMlLoading(
    String what,
    List<List<String>> load,
    List<RedisMlProbe> probes,
    List<List<String>> publish,
    List<String> temporaryKeys) {

  /** The key as a hash tag, so that whatever follows, it stays in the key's slot. */
  static String tagged(String key) {
    return key.indexOf('{') < 0 ? "{" + key + "}" : key;
  }

  /** What makes a key temporary. Keeps apart what loads of several models leave when cut off. */
  static String suffix(byte[] model) {
    CRC32C crc = new CRC32C();
    crc.update(model);
    return ":loading:" + HexFormat.of().toHexDigits((int) crc.getValue());
  }

  /**
   * Writes, probes and publishes.
   *
   * @param redis sends a command and gives its reply as text
   * @throws KindlingException if a reply is not the expected one; what stood under the keys before
   *     then still stands, and the temporary keys are deleted
   */
  void run(Function<List<String>, String> redis) {
    try {
      for (List<String> command : load) {
        send(redis, command);
      }
      for (RedisMlProbe probe : probes) {
        String reply = redis.apply(probe.command());
        if (!probe.isPassedBy(reply)) {
          throw failed(probe.command(), reply, Double.toString(probe.reply()));
        }
      }
      for (List<String> command : publish) {
        send(redis, command);
      }
    } catch (RuntimeException e) {
      cleanUp(redis, e);
      throw e;
    }
  }

  private void send(Function<List<String>, String> redis, List<String> command) {
    String reply = redis.apply(command);
    if (!reply.equals("OK") && !command.get(0).equals("DEL")) {
      throw failed(command, reply, "OK");
    }
  }

  private KindlingException failed(List<String> command, String reply, String expected) {
    return new KindlingException(
        "Cannot load "
            + what
            + " into Redis-ML: "
            + command.get(0)
            + " of '"
            + command.get(1)
            + "' was answered '"
            + reply
            + "', expected is "
            + expected);
  }

  private void cleanUp(Function<List<String>, String> redis, RuntimeException cause) {
    try {
      for (String key : temporaryKeys) {
        send(redis, List.of("DEL", key));
      }
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }
}
