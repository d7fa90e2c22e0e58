package io.kindling.dispatch.scan;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A set of values of a leaf column, null never among them.
 *
 * <p>Ordered values are given by the points at which the set begins and ends: whether what lies
 * below the first point is in it, and the points in ascending order, each the first value of what
 * follows. {@code x <= 5} is (in, [6]), {@code x = 5} is (out, [5, 6]), and the complement is the
 * same points with the other beginning.
 */
sealed interface Values extends Serializable {
  /** All values that are not in this set. */
  Values complement();

  /** The set in terms of the codes of a block. */
  CodeSet in(LeafBlock block);

  /** All values, or none. */
  record Every(boolean included) implements Values {
    @Override
    public Values complement() {
      return new Every(!included);
    }

    @Override
    public CodeSet in(LeafBlock block) {
      return CodeSet.every(included);
    }
  }

  /** Values that a block holds as numbers. */
  record Numbers(boolean first, List<Long> points) implements Values {
    public Numbers {
      points = List.copyOf(points);
    }

    @Override
    public Values complement() {
      return new Numbers(!first, points);
    }

    boolean contains(long value) {
      return first ^ (points.stream().filter(point -> point <= value).count() % 2 == 1);
    }

    @Override
    public CodeSet in(LeafBlock block) {
      LongDictionary dictionary = block.numbers();
      int[] codes = new int[points.size()];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = dictionary.below(points.get(i));
      }
      return CodeSet.of(first, codes, dictionary.size());
    }
  }

  /** Values that a block holds as bytes. */
  final class Bytes implements Values {
    private static final long serialVersionUID = 1;

    private final boolean first;
    private final byte[][] points;

    Bytes(boolean first, List<byte[]> points) {
      this(first, points.toArray(byte[][]::new));
    }

    private Bytes(boolean first, byte[][] points) {
      this.first = first;
      this.points = points;
    }

    @Override
    public Values complement() {
      return new Bytes(!first, points);
    }

    @Override
    public CodeSet in(LeafBlock block) {
      BytesDictionary dictionary = block.bytes();
      int[] codes = new int[points.length];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = dictionary.below(points[i]);
      }
      return CodeSet.of(first, codes, dictionary.size());
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes that
          && first == that.first
          && Arrays.deepEquals(points, that.points);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.deepHashCode(points) + Boolean.hashCode(first);
    }
  }

  /** Texts that match a pattern, or those that do not. */
  record Matching(LikePattern pattern, boolean included) implements Values {
    @Override
    public Values complement() {
      return new Matching(pattern, !included);
    }

    @Override
    public CodeSet in(LeafBlock block) {
      BytesDictionary dictionary = block.bytes();
      return CodeSet.of(!included, dictionary.matching(pattern), dictionary.size());
    }
  }

  /** The values of any of these sets, or those of none. */
  record OneOf(List<Values> sets, boolean included) implements Values {
    public OneOf {
      sets = List.copyOf(sets);
    }

    @Override
    public Values complement() {
      return new OneOf(sets, !included);
    }

    @Override
    public CodeSet in(LeafBlock block) {
      CodeSet union = CodeSet.union(sets.stream().map(set -> set.in(block)).toList());
      return included ? union : union.complement();
    }
  }
}
