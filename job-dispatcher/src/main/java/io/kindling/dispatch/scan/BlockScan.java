package io.kindling.dispatch.scan;

import io.kindling.dispatch.scan.Program.All;
import io.kindling.dispatch.scan.Program.Any;
import io.kindling.dispatch.scan.Program.Constant;
import io.kindling.dispatch.scan.Program.Elements;
import io.kindling.dispatch.scan.Program.Look;
import io.kindling.dispatch.scan.Program.Step;
import java.util.Arrays;
import java.util.List;

/** Evaluates the conditions of a batch on one block of rows after the other. One thread's. */
final class BlockScan {
  private final Program program;
  private final long[][] shared;
  private final boolean[] known;
  private final Workspace workspace = new Workspace();
  private LeafBlock[] leaves = {};

  BlockScan(Program program) {
    this.program = program;
    this.shared = new long[program.numShared()][];
    this.known = new boolean[program.numShared()];
  }

  /**
   * Counts the rows that fulfil each condition.
   *
   * @param rows of the block
   * @param blocks one for each leaf of the program
   * @param matched is set to the count of each condition
   */
  void count(int rows, LeafBlock[] blocks, int[] matched) {
    leaves = blocks;
    Arrays.fill(known, false);
    workspace.clear();
    long[] out = workspace.borrow(rows);
    List<Step> steps = program.steps();
    for (int i = 0; i < matched.length; i++) {
      evaluate(steps.get(i), rows, out);
      matched[i] = Bitmap.count(out, rows);
    }
    workspace.giveBack(out);
  }

  private void evaluate(Step step, int rows, long[] out) {
    if (step instanceof Look look) {
      look(look, rows, out);
    } else if (step instanceof All all) {
      all(all.steps(), rows, out);
    } else if (step instanceof Any any) {
      any(any.steps(), rows, out);
    } else if (step instanceof Elements elements) {
      elements(elements, rows, out);
    } else if (((Constant) step).included()) {
      Bitmap.fill(out, rows);
    } else {
      Bitmap.clear(out, rows);
    }
  }

  private void look(Look look, int rows, long[] out) {
    int index = look.shared();
    if (index == Program.UNSHARED) {
      leaves[look.leaf()].select(look.values(), look.withNulls(), workspace, out);
      return;
    }
    int words = Bitmap.words(rows);
    if (!known[index]) {
      if (shared[index] == null || shared[index].length < words) {
        shared[index] = new long[words];
      }
      leaves[look.leaf()].select(look.values(), look.withNulls(), workspace, shared[index]);
      known[index] = true;
    }
    System.arraycopy(shared[index], 0, out, 0, words);
  }

  private void all(List<Step> steps, int rows, long[] out) {
    evaluate(steps.get(0), rows, out);
    long[] next = workspace.borrow(rows);
    for (int i = 1; i < steps.size() && !Bitmap.isEmpty(out, rows); i++) {
      evaluate(steps.get(i), rows, next);
      Bitmap.and(out, next, rows);
    }
    workspace.giveBack(next);
  }

  private void any(List<Step> steps, int rows, long[] out) {
    evaluate(steps.get(0), rows, out);
    long[] next = workspace.borrow(rows);
    for (int i = 1; i < steps.size(); i++) {
      evaluate(steps.get(i), rows, next);
      Bitmap.or(out, next, rows);
    }
    workspace.giveBack(next);
  }

  /** From elements to rows. */
  private void elements(Elements step, int rows, long[] out) {
    LeafBlock arrays = leaves[step.sizes()];
    int[] starts = arrays.starts();
    long[] taken = workspace.borrow(starts[rows]);
    evaluate(step.element(), starts[rows], taken);
    Bitmap.clear(out, rows);
    boolean every = step.every();
    for (int row = 0; row < rows; row++) {
      boolean found = every;
      for (int i = starts[row], to = starts[row + 1]; i < to && found == every; i++) {
        found = Bitmap.contains(taken, i);
      }
      if (found) {
        Bitmap.add(out, row);
      }
    }
    arrays.removeNulls(out);
    workspace.giveBack(taken);
  }
}
