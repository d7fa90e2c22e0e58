package io.kindling.dispatch.scan;

import io.kindling.dispatch.scan.Condition.AllOf;
import io.kindling.dispatch.scan.Condition.Always;
import io.kindling.dispatch.scan.Condition.AnyElement;
import io.kindling.dispatch.scan.Condition.AnyOf;
import io.kindling.dispatch.scan.Condition.EveryElement;
import io.kindling.dispatch.scan.Condition.Test;
import java.io.Serializable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The conditions of a batch, ready to be sent to executors: leaves have become numbers, and tests
 * that several conditions have in common are known, so that a block evaluates each once.
 */
final class Program implements Serializable {
  private static final long serialVersionUID = 1;

  /** What is to be done for a condition. */
  sealed interface Step extends Serializable {}

  /** Takes all rows or none. */
  record Constant(boolean included) implements Step {}

  /** Takes the rows of all steps. */
  record All(List<Step> steps) implements Step {}

  /** Takes the rows of any step. */
  record Any(List<Step> steps) implements Step {}

  /**
   * Looks at a leaf.
   *
   * @param leaf its number
   * @param shared the number under which the result is kept, or {@link #UNSHARED}
   */
  record Look(int leaf, Values values, boolean withNulls, int shared) implements Step {}

  /** Takes the rows one of whose elements a step takes, or all of whose elements it takes. */
  record Elements(int sizes, Step element, boolean every) implements Step {}

  /** Of a test that occurs once. */
  static final int UNSHARED = -1;

  private final List<Step> steps;
  private final List<Leaf> leaves;
  private final int numShared;

  private Program(List<Step> steps, List<Leaf> leaves, int numShared) {
    this.steps = steps;
    this.leaves = leaves;
    this.numShared = numShared;
  }

  static Program of(List<Condition> conditions) {
    Assembler assembler = new Assembler();
    conditions.forEach(assembler::count);
    List<Step> steps = conditions.stream().map(assembler::step).toList();
    return new Program(steps, List.copyOf(assembler.leaves.keySet()), assembler.shared.size());
  }

  /** One for each condition, in their order. */
  List<Step> steps() {
    return steps;
  }

  /** What the conditions read, in the order of their numbers. */
  List<Leaf> leaves() {
    return leaves;
  }

  int numShared() {
    return numShared;
  }

  /** The number of rows of which these are the blocks, one for each leaf. */
  int rowsOf(LeafBlock[] blocks) {
    for (int i = 0; i < blocks.length; i++) {
      if (leaves.get(i).part() != Leaf.Part.ELEMENTS) {
        return blocks[i].rows();
      }
    }
    throw new IllegalStateException("Cannot tell the rows of a block of elements alone");
  }

  private static final class Assembler {
    private final Map<Test, Integer> uses = new HashMap<>();
    private final Map<Test, Integer> shared = new HashMap<>();
    private final Map<Leaf, Integer> leaves = new LinkedHashMap<>();

    void count(Condition condition) {
      if (condition instanceof Test test) {
        uses.merge(test, 1, Integer::sum);
      } else if (condition instanceof AllOf all) {
        all.conditions().forEach(this::count);
      } else if (condition instanceof AnyOf any) {
        any.conditions().forEach(this::count);
      } else if (condition instanceof AnyElement any) {
        count(any.element());
      } else if (condition instanceof EveryElement every) {
        count(every.element());
      }
    }

    Step step(Condition condition) {
      if (condition instanceof Test test) {
        return new Look(number(test.leaf()), test.values(), test.withNulls(), shared(test));
      }
      if (condition instanceof AllOf all) {
        return new All(all.conditions().stream().map(this::step).toList());
      }
      if (condition instanceof AnyOf any) {
        return new Any(any.conditions().stream().map(this::step).toList());
      }
      if (condition instanceof AnyElement any) {
        return new Elements(number(any.sizes()), step(any.element()), false);
      }
      if (condition instanceof EveryElement every) {
        return new Elements(number(every.sizes()), step(every.element()), true);
      }
      return new Constant(((Always) condition).included());
    }

    private int number(Leaf leaf) {
      return leaves.computeIfAbsent(leaf, added -> leaves.size());
    }

    private int shared(Test test) {
      return uses.getOrDefault(test, 0) < 2
          ? UNSHARED
          : shared.computeIfAbsent(test, added -> shared.size());
    }
  }
}
