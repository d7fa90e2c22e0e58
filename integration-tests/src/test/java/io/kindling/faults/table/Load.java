package io.kindling.faults.table;

/** Calls at a steady rate, which go on whatever happens. */
interface Load {
  /** As the table names it. */
  String name();

  /** What its callers see. */
  Journal journal();

  /** Begins no more calls, and waits until those under way have ended. */
  void stop() throws InterruptedException;
}
