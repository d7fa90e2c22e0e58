package io.kindling.dispatch.queue;

/** Ends threads that have been told to end. */
final class Threads {
  private static final long LONGEST_MILLIS = 2_000;

  private Threads() {}

  /** Waits for a thread's end, and interrupts it if that takes long. */
  static void join(Thread thread) {
    if (thread == Thread.currentThread()) {
      return;
    }
    try {
      thread.join(LONGEST_MILLIS);
      thread.interrupt(); // Redis may be away, and its calls repeat until they are interrupted.
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
