package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.ml.Aggregation;
import io.kindling.ml.Forest;
import java.util.List;

/** The memory of a server's Lua, in which compiled models stand. */
final class LuaMemory {

  private static final String LIBRARY =
      """
      #!lua name=bench_memory
      redis.register_function{function_name='bench_memory', flags={'no-writes'}, callback=function()
        collectgarbage('collect')
        collectgarbage('collect')
        return string.format('%.0f', collectgarbage('count') * 1024)
      end}
      """;

  private LuaMemory() {}

  /** Bytes in use after two full collections. */
  static double bytes(Redis redis) {
    redis.jedis().functionLoadReplace(LIBRARY);
    Object reply = redis.jedis().fcallReadonly("bench_memory", List.of(), List.of());
    return Double.parseDouble((String) reply);
  }

  /** Forgets every compiled version, as a restart does; the library itself stays. */
  static void dropCompiled(Redis redis) {
    redis.jedis().functionFlush();
    Forest.builder(Aggregation.MEAN, 1, 0).tree().leaf(1).build().publish(redis, "bench-leaf");
  }
}
