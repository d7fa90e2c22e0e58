package io.kindling.examples;

import java.io.PrintStream;

/** How far a long job is: a bar that moves at a terminal, and elsewhere a line for every step. */
public final class Progress {

  private static final int WIDTH = 30;

  private final PrintStream out;
  private final boolean terminal;
  private final int steps;
  private int done;

  /**
   * One that has not begun.
   *
   * @param terminal whether a line can be drawn over
   */
  public Progress(PrintStream out, boolean terminal, int steps) {
    this.out = out;
    this.terminal = terminal;
    this.steps = steps;
  }

  /** Says what the next step works on. */
  public void begins(String step) {
    if (terminal) {
      draw(step);
    }
  }

  /** Says that the step has ended. */
  public void ended(String step) {
    done++;
    if (!terminal) {
      out.printf("  %2d of %d  %s%n", done, steps, step);
    } else if (done == steps) {
      draw("");
      out.println();
    }
  }

  private void draw(String step) {
    int filled = WIDTH * done / steps;
    String bar = "=".repeat(filled) + " ".repeat(WIDTH - filled);
    out.printf("\r  [%s] %2d of %d  %-40.40s", bar, done, steps, step);
    out.flush();
  }
}
