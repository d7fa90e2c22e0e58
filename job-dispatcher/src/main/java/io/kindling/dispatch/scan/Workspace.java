package io.kindling.dispatch.scan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the evaluation of blocks needs of memory besides them; used again and again. */
final class Workspace {
  private final List<long[]> free = new ArrayList<>();

  /** The codes of blocks one by one: a block is unpacked once while a batch looks at it. */
  private final Map<LeafBlock, int[]> unpacked = new HashMap<>();

  /** A bitmap for so many rows, with anything in it. */
  long[] borrow(int rows) {
    int last = free.size() - 1;
    if (last >= 0 && free.get(last).length >= Bitmap.words(rows)) {
      return free.remove(last);
    }
    return Bitmap.empty(rows);
  }

  void giveBack(long[] bitmap) {
    free.add(bitmap);
  }

  int[] unpacked(LeafBlock block) {
    return unpacked.computeIfAbsent(
        block,
        packed -> {
          int[] codes = new int[packed.rows()];
          packed.unpack(codes);
          return codes;
        });
  }

  /** 1 for each code in the set, 0 for the others. */
  static byte[] members(CodeSet set, int size) {
    byte[] member = new byte[size];
    boolean in = set.first();
    int from = 0;
    for (int toggle : set.toggles()) {
      if (in) {
        Arrays.fill(member, from, toggle, (byte) 1);
      }
      in = !in;
      from = toggle;
    }
    if (in) {
      Arrays.fill(member, from, size, (byte) 1);
    }
    return member;
  }

  /** Forgets the blocks, before the next ones. */
  void clear() {
    unpacked.clear();
  }
}
