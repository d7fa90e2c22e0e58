package io.kindling.testing;

import java.time.Duration;

/** An application given to spark-submit. */
public sealed interface Submission permits ClientSubmission, ClusterSubmission {
  /** The process of the driver; waits until there is one. */
  long driverPid();

  /**
   * Waits for the driver's end.
   *
   * @return the exit code; in cluster mode 0 if Spark calls the driver finished, else 1
   * @throws IllegalStateException if it still runs after the limit, with the end of its log
   */
  int waitFor(Duration limit);

  /**
   * Waits until the driver has written this to its standard output.
   *
   * @throws IllegalStateException if it ends without, with the end of its log
   */
  void awaitOutput(String text);

  /**
   * What the driver has written to its standard output so far. In cluster mode the worker copies
   * it, which may end a moment after the driver: see {@link #awaitOutput}.
   */
  String output();

  /** What the driver has written to its standard error so far: Spark's log. */
  String log();

  /** Kills the driver (SIGKILL) and returns once it is gone. */
  void kill();
}
