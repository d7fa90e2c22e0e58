package io.kindling.dispatch.scan;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The codes of blocks one by one, for sets that begin and end too often to be selected by bits. A
 * block is unpacked once while a batch looks at it.
 */
final class Unpacked {
  /** With more toggles than these, a look at each row's code is faster. */
  static final int WORTH_IT = 16;

  private final Map<LeafBlock, int[]> codes = new IdentityHashMap<>();

  void select(LeafBlock block, CodeSet set, long[] out) {
    boolean[] member = members(set, block.numberOfCodes());
    int[] each =
        codes.computeIfAbsent(
            block,
            packed -> {
              int[] unpacked = new int[packed.rows()];
              packed.unpack(unpacked);
              return unpacked;
            });
    Bitmap.clear(out, block.rows());
    for (int row = 0; row < each.length; row++) {
      if (member[each[row]]) {
        Bitmap.add(out, row);
      }
    }
  }

  private static boolean[] members(CodeSet set, int size) {
    boolean[] member = new boolean[size];
    boolean in = set.first();
    int from = 0;
    for (int toggle : set.toggles()) {
      Arrays.fill(member, from, toggle, in);
      in = !in;
      from = toggle;
    }
    Arrays.fill(member, from, size, in);
    return member;
  }

  /** Forgets all, before the next blocks. */
  void clear() {
    codes.clear();
  }
}
