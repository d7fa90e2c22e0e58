package io.kindling.counters;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The part of a record that holds a vector: runs of neighbouring dictionary entries, then names
 * that the dictionary lacks.
 */
final class VectorCodec {
  private VectorCodec() {}

  static void encode(CounterVector vector, NameDictionary names, ByteWriter out) {
    SortedMap<Integer, Long> indexed = new TreeMap<>();
    var named = new CounterVector();
    for (Kind kind : Kind.values()) {
      for (Map.Entry<String, Long> field : vector.values(kind).entrySet()) {
        int index = names.indexOf(kind, field.getKey());
        if (index < 0) {
          named.put(kind, field.getKey(), field.getValue());
        } else {
          indexed.put(index, field.getValue());
        }
      }
    }
    encodeRuns(indexed, out);
    out.writeVarint(named.size());
    for (Kind kind : Kind.values()) {
      for (Map.Entry<String, Long> field : named.values(kind).entrySet()) {
        out.writeByte(kind.code);
        out.writeName(field.getKey());
        out.writeZigzag(field.getValue());
      }
    }
  }

  private static void encodeRuns(SortedMap<Integer, Long> indexed, ByteWriter out) {
    int runs = 0;
    for (int index : indexed.keySet()) {
      if (!indexed.containsKey(index - 1)) {
        runs++;
      }
    }
    out.writeVarint(runs);
    int end = 0;
    for (int index : indexed.keySet()) {
      if (!indexed.containsKey(index - 1)) {
        int count = 1;
        while (indexed.containsKey(index + count)) {
          count++;
        }
        out.writeVarint(index - end);
        out.writeVarint(count);
        end = index + count;
      }
      out.writeZigzag(indexed.getOrDefault(index, 0L));
    }
  }

  static CounterVector decode(ByteReader in, NameDictionary names) {
    var vector = new CounterVector();
    int runs = in.readSize("runs");
    int index = 0;
    for (int run = 0; run < runs; run++) {
      int gap = in.readSize("gap");
      int count = in.readSize("run length");
      if ((gap == 0 && run > 0) || count == 0) {
        throw in.failure("an empty run or gap");
      }
      if ((long) index + gap + count > names.size()) {
        throw in.failure(
            "name " + ((long) index + gap + count - 1) + " of " + names.size() + " names");
      }
      index += gap;
      for (int end = index + count; index < end; index++) {
        put(vector, names.kind(index), names.name(index), in);
      }
    }
    int named = in.readSize("named fields");
    for (int i = 0; i < named; i++) {
      put(vector, in.readKind(), in.readName(), in);
    }
    return vector;
  }

  private static void put(CounterVector vector, Kind kind, String name, ByteReader in) {
    long value = in.readZigzag("value");
    if (kind == Kind.SUM && value == 0) {
      throw in.failure("a sum of 0");
    }
    if (!vector.put(kind, name, value)) {
      throw in.failure("a name that occurs twice");
    }
  }
}
