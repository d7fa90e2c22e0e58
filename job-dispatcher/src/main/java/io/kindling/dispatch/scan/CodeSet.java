package io.kindling.dispatch.scan;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** A set of the codes of one block. */
final class CodeSet {
  private static final CodeSet EVERY = new CodeSet(true, new int[0]);
  private static final CodeSet EMPTY = new CodeSet(false, new int[0]);

  private final boolean first;
  private final int[] toggles;

  private CodeSet(boolean first, int[] toggles) {
    this.first = first;
    this.toggles = toggles;
  }

  static CodeSet every(boolean included) {
    return included ? EVERY : EMPTY;
  }

  /**
   * Brings toggles into their form.
   *
   * @param toggles ascending; two equal ones undo each other, one at 0 changes the beginning, and
   *     one at the size nothing. The array is used up.
   */
  static CodeSet of(boolean first, int[] toggles, int size) {
    boolean in = first;
    int count = 0;
    for (int toggle : toggles) {
      if (toggle == 0) {
        in = !in;
      } else if (toggle < size) {
        if (count > 0 && toggles[count - 1] == toggle) {
          count--;
        } else {
          toggles[count++] = toggle;
        }
      }
    }
    return count == 0 ? every(in) : new CodeSet(in, Arrays.copyOf(toggles, count));
  }

  static CodeSet union(List<CodeSet> sets) {
    List<CodeSet> ordered =
        sets.stream()
            .filter(set -> !set.isEmpty())
            .sorted(Comparator.comparingInt(CodeSet::smallest))
            .toList();
    CodeSet union = EMPTY;
    for (CodeSet set : ordered) {
      union = union.or(set);
    }
    return union;
  }

  /** The union: both are walked at once, from toggle to toggle. */
  private CodeSet or(CodeSet other) {
    int[] merged = new int[toggles.length + other.toggles.length];
    int count = 0;
    boolean mine = first;
    boolean its = other.first;
    for (int i = 0, j = 0; i < toggles.length || j < other.toggles.length; ) {
      boolean before = mine || its;
      int at =
          Math.min(
              i < toggles.length ? toggles[i] : Integer.MAX_VALUE,
              j < other.toggles.length ? other.toggles[j] : Integer.MAX_VALUE);
      if (i < toggles.length && toggles[i] == at) {
        mine = !mine;
        i++;
      }
      if (j < other.toggles.length && other.toggles[j] == at) {
        its = !its;
        j++;
      }
      if (before != (mine || its)) {
        merged[count++] = at;
      }
    }
    return count == 0
        ? every(first || other.first)
        : new CodeSet(first || other.first, Arrays.copyOf(merged, count));
  }

  /** Whether 0 is in it. */
  boolean first() {
    return first;
  }

  /**
   * Strictly ascending, above 0 and below the number of codes: at each, what follows is in the set
   * if what went before was not. Not to be changed.
   */
  int[] toggles() {
    return toggles;
  }

  CodeSet complement() {
    return new CodeSet(!first, toggles);
  }

  boolean isEmpty() {
    return !first && toggles.length == 0;
  }

  boolean isEvery() {
    return first && toggles.length == 0;
  }

  private int smallest() {
    return first ? 0 : toggles[0];
  }
}
