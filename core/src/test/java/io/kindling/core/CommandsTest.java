package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.util.SafeEncoder;

class CommandsTest {
  private static CommandArguments command(String line) {
    String[] words = line.split(" ", -1);
    var args = new CommandArguments(() -> SafeEncoder.encode(words[0]));
    Arrays.stream(words).skip(1).forEach(args::add);
    return args;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET k",
        "HMGET k a b",
        "LRANGE k 0 -1",
        "SCAN 0",
        "EXISTS k",
        "TTL k",
        "PING",
        "INFO",
        "FCALL_RO f 1 k",
        "EVAL_RO s 0",
        "SET k v",
        "SET k NX",
        "SET k v EX 10",
        "HSET k f v",
        "HMSET k f v",
        "MSET a 1 b 2",
        "SETEX k 10 v",
        "FUNCTION LIST",
        "SCRIPT EXISTS x"
      })
  void isIdempotent_readsAndAbsoluteWrites_areSo(String line) {
    assertThat(Commands.isIdempotent(command(line))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INCR k",
        "HINCRBY k f 1",
        "LPUSH k v",
        "RPUSH k v",
        "LPOP k",
        "BLMOVE a b LEFT LEFT 1",
        "APPEND k v",
        "SETNX k v",
        "HSETNX k f v",
        "SET k v NX",
        "SET k v XX GET",
        "SET k v EX 10 nx",
        "GETSET k v",
        "GETDEL k",
        "DEL k",
        "HDEL k f",
        "SADD k v",
        "ZADD k 1 v",
        "ZINCRBY k 1 v",
        "EXPIRE k 10",
        "EVAL s 0",
        "EVALSHA x 0",
        "FCALL f 1 k",
        "XADD k * a b",
        "RENAME a b",
        "PUBLISH c m",
        "FUNCTION LOAD x",
        "FUNCTION DELETE x",
        "FLUSHALL",
        "NOTACOMMAND k"
      })
  void isIdempotent_everythingElse_isNot(String line) {
    assertThat(Commands.isIdempotent(command(line))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SET k v", "HSET k f v", "FCALL f 1 k", "PING", "FUNCTION LIST"})
  void isReadOnly_notAReadOfAKey_isFalse(String line) {
    assertThat(Commands.isReadOnly(command(line))).isFalse();
  }
}
