package io.kindling.ml.factor;

import io.kindling.core.Redis;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every byte of a version's buckets. */
public final class FactorBytes {

  private FactorBytes() {}

  /** By bucket, users before items: fields and values, both as two digits a byte. */
  public static List<Map<String, String>> of(Redis redis, String name, String version) {
    List<Map<String, String>> all = new ArrayList<>();
    for (int bucket = 0; bucket < FactorStore.DEFAULT_BUCKETS; bucket++) {
      for (FactorKind kind : FactorKind.values()) {
        Map<String, String> fields = new TreeMap<>();
        redis
            .jedis()
            .hgetAll(
                FactorBuckets.key(name, version, kind, bucket).getBytes(StandardCharsets.UTF_8))
            .forEach((field, value) -> fields.put(text(field), text(value)));
        all.add(fields);
      }
    }
    return all;
  }

  private static String text(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
