package io.kindling.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps every core of this machine from halting until it is closed.
 *
 * <p>A core without work halts. On a virtual machine the hypervisor takes a halted core away, and
 * gives it back only some 50 to 100 microseconds after the packet that was to wake it arrived. In
 * one round trip over loopback client and server each sleep once, so that a call of 25 microseconds
 * looks like one of 120: a figure of the hypervisor, not of what is measured. A server under load
 * has no idle core, nor has a machine of one's own that halts in a microsecond.
 *
 * <p>So one process a core spins at the priority {@code SCHED_IDLE}, below every other: it runs
 * when nothing else wants the core and gives it up at once. What is compared must run under the
 * same conditions, with these processes or without. Needs {@code chrt} of util-linux; where that is
 * missing or not allowed nothing is started, and {@link #note()} says so.
 */
final class AwakeCores implements AutoCloseable {

  /** Ends by itself when the process that is its argument has gone. */
  private static final String SPIN =
      "while kill -0 \"$0\" 2>/dev/null; do"
          + " i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; done";

  private final List<Process> spinners = new ArrayList<>();

  private AwakeCores() {}

  /** Starts one process a core, or none where that is not possible. */
  static AwakeCores start() throws IOException {
    var cores = new AwakeCores();
    if (idlePriorityWorks()) {
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        cores.spinners.add(
            quiet("chrt", "-i", "0", "sh", "-c", SPIN, "" + ProcessHandle.current().pid()).start());
      }
    }
    return cores;
  }

  private static boolean idlePriorityWorks() {
    try {
      return quiet("chrt", "-i", "0", "true").start().waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no chrt
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static ProcessBuilder quiet(String... command) {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD);
  }

  /** How many processes spin. */
  int spinning() {
    return (int) spinners.stream().filter(Process::isAlive).count();
  }

  /** The condition of a figure that was measured meanwhile. */
  String note() {
    return spinning() > 0 ? "cores kept awake" : "cores may halt, there is no chrt";
  }

  @Override
  public void close() {
    for (Process spinner : spinners) {
      // chrt becomes the shell that it starts, so this ends the loop.
      spinner.destroyForcibly();
    }
    for (Process spinner : spinners) {
      spinner.onExit().join();
    }
  }
}
