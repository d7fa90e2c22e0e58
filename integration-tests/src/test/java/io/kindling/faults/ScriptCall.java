package io.kindling.faults;

import io.kindling.core.RedisScript;
import io.kindling.counters.Counters;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call of {@code commit.lua} or {@code fold.lua}, as it passes the proxy.
 *
 * @param place which of the two
 * @param slot the partition that it commits
 * @param stageAttempt of the task, -1 if it sets no record
 * @param taskAttemptId of the task, -1 if it sets no record
 */
record ScriptCall(Place place, Slot slot, int stageAttempt, long taskAttemptId) {
  private static final RedisScript COMMIT = RedisScript.fromClasspath(Counters.class, "commit.lua");
  private static final RedisScript FOLD = RedisScript.fromClasspath(Counters.class, "fold.lua");

  /** A partition of a pass. */
  record Slot(String pass, int partition) {}

  /** What a command calls; null if it is something else. */
  static @Nullable ScriptCall of(List<byte[]> command) {
    String name = RespReader.text(command.get(0)).toUpperCase(Locale.ROOT);
    if (command.size() < 3 || !Set.of("EVAL", "EVALSHA").contains(name)) {
      return null;
    }
    String script = RespReader.text(command.get(1));
    int numKeys = Integer.parseInt(RespReader.text(command.get(2)));
    List<byte[]> keys = command.subList(3, 3 + numKeys);
    List<byte[]> args = command.subList(3 + numKeys, command.size());
    if (isOneOf(script, COMMIT)) {
      Slot slot = new Slot(RespReader.text(args.get(3)), partition(args.get(5)));
      byte[] record = args.get(7);
      if (record.length == 0) {
        return new ScriptCall(Place.COMMIT, slot, -1, -1);
      }
      Varints in = new Varints(record, /* position= */ 1); // Behind the format.
      in.next(); // The stage.
      return new ScriptCall(Place.COMMIT, slot, (int) in.next(), in.next());
    }
    if (isOneOf(script, FOLD)) {
      String ledger = RespReader.text(keys.get(3));
      String pass = ledger.substring(ledger.lastIndexOf(':') + 1);
      return new ScriptCall(Place.FOLD, new Slot(pass, partition(args.get(3))), -1, -1);
    }
    return null;
  }

  private static boolean isOneOf(String script, RedisScript expected) {
    return script.equals(expected.sha1()) || script.equals(expected.source());
  }

  private static int partition(byte[] arg) {
    return Integer.parseInt(RespReader.text(arg));
  }

  private static final class Varints {
    private final byte[] bytes;
    private int position;

    Varints(byte[] bytes, int position) {
      this.bytes = bytes;
      this.position = position;
    }

    long next() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = bytes[position++];
        value |= (b & 0x7fL) << shift;
        if (b >= 0) {
          return value;
        }
      }
    }
  }
}
